"""What the documents lead to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *DOCS], ids=lambda path: path.name)
def test_every_link_within_the_repository_leads_to_a_file(path: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(path.read_text(encoding="utf-8"))]
    assert [link for link in links if "://" not in link and not (path.parent / link).is_file()] == []


def test_the_readme_leads_to_every_document_and_shows_every_picture() -> None:
    links = set(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    there = [*DOCS, *(ROOT / "docs" / "pictures").iterdir()]
    assert {path.relative_to(ROOT).as_posix() for path in there} - links == set()
