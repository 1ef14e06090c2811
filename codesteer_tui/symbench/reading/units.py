"""Units of measure that are named beside a number: whether one is another than the question asks for."""

from __future__ import annotations

import re

_PREFIXES = ("kilo", "centi", "milli", "deci", "mega", "micro", "hecto", "nano")
_NAMES = {
    "metre": "metre meter",
    "litre": "litre liter",
    "gram": "gram gramme g",
    "dollar": "dollar usd buck",
    "cent": "cent",
    "euro": "euro eur",
    "pound": "pound lb gbp",
    "second": "second sec s",
    "minute": "minute min",
    "hour": "hour hr h",
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
    "degree": "degree deg",
    "radian": "radian rad",
    "gradian": "gradian gon",
    "percent": "percent pct %",
    "inch": "inch inches",
    "foot": "foot feet ft",
    "yard": "yard yd",
    "mile": "mile mph",
    "ton": "ton tonne",
    "ounce": "ounce oz",
    "gallon": "gallon",
}
_SYMBOLS = {"m": "metre", "l": "litre", "L": "litre"}
_FURTHER_SYMBOLS = "km cm mm dm nm kg mg t ml mL cl cL dl dL hl hL kWh m² m³ km² cm² km/h m/s"
_SYMBOLS |= {sign: sign for sign in _FURTHER_SYMBOLS.split()}
_UNIT_OF = {
    form: unit for unit, forms in _NAMES.items() for name in forms.split() for form in (name, f"{name}s")
}
_TOKEN = re.compile(r"[A-Za-z]+[²³]?(?:\s{0,2}/\s{0,2}[A-Za-z]+)?|%")
_MAX_CHARS = 200
_PER = re.compile(r"\bper\s+([a-z]+)", re.IGNORECASE)
_MOST = 60


def foreign_unit(text: str, asked: str) -> str | None:
    """Give the unit that a short text names although another is `asked`; None where it names that or none.

    `asked` is a plain name ("metre"), or a thing that is counted ("stamp"), beside which every unit is another one.
    Only units that are known are found, and only behind a number: "5 pieces" has none.
    """
    powers = re.sub(r"(?<=[A-Za-z])\s{0,3}\^\s{0,3}\{?[23]\}?", "²", text)
    tail = re.split(r"[0-9]", powers)[-1][:_MAX_CHARS]
    tail = re.sub(r"\\(?:text|mathrm|textbf|mbox)\s*\{|[{}]|\\", " ", tail)
    if per := _PER.search(tail):
        return f"per {per[1]}" if _known(per[1]) else None
    for token in _TOKEN.findall(tail)[:_MOST]:
        unit = _known(token)
        if unit is not None and unit != asked:
            return str(token)
    return None


def _known(token: str) -> str | None:
    bare = re.sub(r"\s", "", token)
    if bare in _SYMBOLS:
        return _SYMBOLS[bare]
    before, slash, behind = bare.partition("/")
    if slash:
        return bare if _known(before) and _known(behind) else None
    word = re.sub(r"[²³].*", "", bare)
    if word != bare:
        return bare if _known(word) else None
    folded = word.casefold()
    for prefix in _PREFIXES:
        if folded.startswith(prefix) and folded.removeprefix(prefix) in _UNIT_OF:
            return folded.removesuffix("s")
    return _UNIT_OF.get(folded)
