"""number_multiply: a folder for each list of digits, and in it one for every product.

``digit_1_2_4/sample_3/input_value_list.txt`` holds the factors as a list, ``target_answer.txt`` the product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from codesteer_tui.symbench.published.layouts.files import broken, json_from, text_of, within
from codesteer_tui.symbench.published.layouts.sample import Found, Place, Sample, attempt

_EVALUATED = 20


def read(place: Place) -> Iterator[Found]:
    """Read the products for a list of digits."""
    digits = [int(length) for length in place.path.name.split("_")[1:]]
    for folder, match in within(place.path, r"sample_(?P<index>[0-9]{1,9})"):
        yield attempt(folder, partial(_sample, place, folder, digits, int(match["index"])))


def _sample(place: Place, folder: Path, digits: list[int], index: int) -> Sample:
    file = folder / "input_value_list.txt"
    values = json_from(text_of(file), file, list[int])
    target = folder / "target_answer.txt"
    product = text_of(target).strip()
    if not re.fullmatch(r"-?[0-9]{1,10000}", product):
        raise broken(target, "this is no integer")
    return Sample(
        task=place.task,
        sample_id=f"{place.task}/{place.split}/{folder.parent.name}/{folder.name}",
        split=place.split,
        file=folder,
        parameters={
            "values": values,
            "digits": digits,
            "in_codesteer_run": place.split == "main" and index < _EVALUATED,
        },
        gold=product,
        answer=f"<<<{product}>>>",
    )
