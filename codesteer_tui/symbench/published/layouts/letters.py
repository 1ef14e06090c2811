"""letters: a folder for every word, named after the letter, how often it occurs, and an index.

``k_5_7/test_words.json`` holds the word as a JSON string. No answer is stored; it is counted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from codesteer_tui.symbench.published.layouts.files import broken, json_of, within
from codesteer_tui.symbench.published.layouts.sample import Found, Place, Sample, attempt

_RUN_BANDS = {(10, 15), (15, 20), (20, 25)}
_RUN_LETTERS = "agmsy"


def read(place: Place) -> Iterator[Found]:
    """Read the words of a band of lengths."""
    for folder, match in within(place.path, r"(?P<letter>[a-z])_(?P<freq>[0-9]{1,6})_(?P<index>[0-9]{1,6})"):
        yield attempt(folder, partial(_sample, place, folder, match))


def _sample(place: Place, folder: Path, match: re.Match[str]) -> Sample:
    file = folder / "test_words.json"
    word = json_of(file, str)
    if not word:
        raise broken(file, "the word is empty")
    letter, freq, index = match["letter"], int(match["freq"]), int(match["index"])
    least, most = (int(number) for number in place.split.split("_")[1:])
    positions = [at for at, other in enumerate(word, 1) if other == letter]
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{folder.name}",
        split=place.split,
        file=folder,
        parameters={
            "word": word,
            "letter": letter,
            "freq": freq,
            "min_length": least,
            "max_length": most,
            "in_codesteer_run": (least, most) in _RUN_BANDS and letter in _RUN_LETTERS and index == 1,
        },
        gold={"count": len(positions), "positions": positions},
        answer=f"<<<Count: {len(positions)}, Positions: {positions}>>>",
    )
