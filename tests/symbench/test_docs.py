"""The manual names every task as the task names itself."""

from pathlib import Path

from codesteer_tui.symbench import tasks

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "symbench.md"


def test_the_manual_has_a_row_for_every_task() -> None:
    rows = [line for line in MANUAL.read_text().splitlines() if line.startswith("| `")]
    named = [row for row in rows if row.split("`")[1] in tasks]
    assert named == [f"| `{name}` | {task.title} | {task.category} |" for name, task in tasks.items()]
