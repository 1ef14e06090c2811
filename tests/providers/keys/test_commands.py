"""Keys that commands print."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from codesteer_tui.errors import CodesteerError, ModelError
from codesteer_tui.providers.keys import commands
from codesteer_tui.providers.keys.hiding import secret
from codesteer_tui.providers.keys.sources import (
    read_key,
    read_secret,
)
from tests.providers.keys.making import KEY, printing, provider


def test_a_command_gives_its_first_line_and_is_asked_once(home: Path) -> None:
    count = home / "count"
    program = f"open({str(count)!r}, 'a').write('x'); print({KEY!r}); print('url: …')"
    source = f'cmd:{sys.executable} -c "{program}"'
    assert read_key("x", provider(source), {}) == KEY
    assert read_key("y", provider(source), {}) == KEY
    assert count.read_text() == "x"


def test_a_command_runs_without_a_shell_and_without_input(home: Path) -> None:
    assert read_secret("cmd:echo $HOME;", name="x") == "$HOME;"
    program = "import sys; print(repr(sys.stdin.read()), sys.stdin.isatty())"
    assert read_secret(f'cmd:{sys.executable} -c "{program}"', name="x") == "'' False"


def test_a_command_that_fails_is_quoted_without_keys() -> None:
    secret("plantedplanted")
    source = printing(KEY, code=3, err=f"no vault {KEY} sk-another-one-of-mine plantedplanted")
    with pytest.raises(ModelError, match="exit code 3: no vault") as caught:
        read_key("x", provider(source), {})
    assert caught.value.kind == "missing_key"
    for hidden in (KEY, "sk-another", "plantedplanted"):
        assert hidden not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("cmd:no-such-program-here --key sk-in-an-argument", "cannot be started"),
        ("cmd:'unclosed", "cannot be read"),
        (printing(""), "printed nothing"),
        (printing("", KEY), "printed nothing"),
    ],
)
def test_a_command_that_gives_no_key_says_why(source: str, what: str) -> None:
    with pytest.raises(CodesteerError, match=what) as caught:
        read_key("x", provider(source), {})
    assert caught.value.remedy
    assert "sk-in-an-argument" not in str(caught.value)


def test_a_command_that_does_not_end_is_ended_with_its_children(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(commands, "LIMIT_S", 3.0)
    mark = home / "pid"
    child = f"open({str(mark)!r}, 'w').write(str(os.getpid()))"
    program = f"import os, time; {child} if os.fork() == 0 else 0; time.sleep(600)"
    started = time.monotonic()
    with pytest.raises(ModelError, match=r"did not end within 3 s"):
        read_key("x", provider(f'cmd:{sys.executable} -c "{program}"'), {})
    assert time.monotonic() - started < 60
    for _ in range(200):
        if not _alive(int(mark.read_text())):
            return
        time.sleep(0.05)
    raise AssertionError("its child still runs")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_command_that_prints_without_end_is_not_kept() -> None:
    program = "import sys; sys.stdout.write('x' * 10_000_000)"
    value = read_secret(f'cmd:{sys.executable} -c "{program}"', name="x")
    assert value is not None
    assert len(value) == commands.MOST_BYTES
