"""A session as a web page: it loads and runs nothing, and no text in it is markup."""

from __future__ import annotations

from html.parser import HTMLParser

import msgspec
import pytest

from codesteer_tui import events as ev
from codesteer_tui.sessions.page import session_page
from codesteer_tui.text import plain
from codesteer_tui.transcript import Transcript
from tests.recordings.build import RECORDINGS
from tests.tui.test_hostile_text import CORPUS, events_of

NASTY = {
    **CORPUS,
    "a script": "</pre><script>alert(1)</script><img src=x onerror=alert(1)>",
    "an attribute": '"><a href="http://example.org">x</a>',
    "a comment": "<!-- <style>*{display:none}</style> &lt;b&gt; &#60;i&#62; ]]>",
}


class Page(HTMLParser):
    """The elements of a page, their attributes, and the texts of its `pre`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self._inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [
            (name, value) for name, value in attrs if name in ("src", "href") or name.startswith("on")
        ]
        if tag == "pre":
            self._inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


@pytest.mark.parametrize("name", NASTY)
def test_no_text_becomes_markup_and_all_of_it_is_there(name: str) -> None:
    page = session_page(Transcript.of(events_of(NASTY[name])))
    read = Page(page)
    assert read.tags <= {
        *("html", "head", "meta", "title", "style", "body"),
        *("h1", "h2", "h3", "p", "pre", "ul", "li"),
    }
    assert read.links == []
    assert read.texts.count(plain(NASTY[name])) >= 5, "the question, guidance, answer, reasoning, output"
    page.encode("utf-8")
    assert "\x00" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize("name", NASTY)
def test_the_title_is_text_too(name: str) -> None:
    start, *rest = events_of(NASTY[name])
    assert isinstance(start, ev.SessionStarted)
    problem = msgspec.structs.replace(start.problem, task=NASTY[name])
    start = msgspec.structs.replace(start, problem=problem, session=NASTY[name])
    page = session_page(Transcript.of([start, *rest]))
    read = Page(page)
    assert "script" not in read.tags
    assert "a" not in read.tags
    assert "img" not in read.tags
    assert read.links == []
    assert page.count("<title>") == page.count("</title>") == page.count("<style>") == 1
    assert page.encode("utf-8")[:1024].count(b'<meta charset="utf-8">') == 1, "where browsers look for it"


def test_a_session_is_whole_on_its_page_and_names_no_other_place() -> None:
    page = session_page(Transcript.of(RECORDINGS["game24"]()))
    for words in (
        "Round 0",
        "Round 1",
        "self-check: pass",
        "ground truth",
        "from itertools import",
        "<h2>End</h2>",
    ):
        assert words in page
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in page
