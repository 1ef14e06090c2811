r"""What stands around an answer without being part of it: boxes, quotes, bold type, formula signs, sentences.

Here for all tasks: `answer.judge` tries an answer as it is written first, and without its wrapping where it cannot be
read so. A sign that belongs to an answer (the ``*`` of a board, say) is thus never taken for a wrapping where the
answer can be read with it.
"""

from __future__ import annotations

import re

_MAX_LAYERS = 8
_COMMAND = re.compile(
    r"\\(?:boxed|fbox|text|textbf|textit|texttt|textrm|mathrm|mathbf|mathtt|mathit|mathsf|mbox|emph)\s{0,4}\{"
)
_FENCED = re.compile(r"```[^\n`]{0,40}\n(?P<inside>[^`]*)\n[ \t]*```")
_PAIRS = (
    ("**", "**"), ("__", "__"), ("*", "*"), ("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("`", "`"),
    ('"', '"'), ("'", "'"), ("“", "”"), ("„", "“"), ("‘", "’"),
)  # fmt: skip
_QUOTES = "\"'“„‘"
_ITALIC = re.compile(r"[A-Za-z0-9(\[+-](?:.*[A-Za-z0-9)\].])?", re.DOTALL)

_MAX_LINES = 2_000
_MAX_LINE = 400
_FUNCTION_WORD = re.compile(
    r"\b(?:the|is|are|was|were|this|that|these|those|here|hope|helps?|all|so|therefore|hence|thus|which|with|of|in|my|"
    r"our|your|you|it|final|answer|result|solution|please|note|below|above|rows?|columns?|board|grid|cells?|and|as|"
    r"has|have)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][a-z]{2,}")
_OPEN = re.compile(
    r"\b(?:not|no|nor|never|none|neither|either|or|wrong|false|incorrect|invalid|instead|unlike|except|unless|without|"
    r"cannot|could|might|may|maybe|perhaps|possibly|probably|unlikely|between|than|if|but|however|although|though|"
    r"yet|almost|nearly|about|roughly|first|initially|wait|actually|mistake|error|fails?|unsure|guess|try|tried|"
    r"ruled? out|eliminated?|reject(?:s|ed)?|avoid|"
    r"suppose|assume|impossible|exclude[ds]?|forbidden|attack(?:s|ed|ing)?|old|original(?:ly)?|starts?|starting|"
    r"opposite|other|another|second|next|previous|example|given|before|undo|again|then|repeat)\b|n['’]t\b|\?",
    re.IGNORECASE,
)


_LABEL = re.compile(
    r"(?:(?:so|thus|hence|therefore|and|one|a|an|the|my|our|its|this|final|resulting|correct|right|total|new|full|whole|"
    r"complete|rotated|possible|valid|in|all|then)[\s,]+){0,6}"
    r"(?:expression|equation|string|password|score|total|product|value|result|answer|solution|board|grid|matrix|square|"
    r"list|sequence|order|plan|cards?|books?|queens?|cells?|positions?|path|trajectory|statement|option|date|point|area|"
    r"probability)(?:\s+of\s+(?:the|all)\s+(?:string|books|cards|queens|expression|board|matrix|square|letters))?"
    r"(?:\s+(?:is|are|becomes|reads|stands?\s+at|is\s+at|are\s+at)(?:\s*:)?|\s*:)\s+(?P<rest>\S.*)",
    re.IGNORECASE,
)


def without_label(text: str) -> str:
    """What a sentence such as "The final string is abc." says; empty where it is none, or leaves it open."""
    line = text.strip().strip("*_").strip()
    if "\n" in line or len(line) > _MAX_LINE:
        return ""
    found = _LABEL.fullmatch(line)
    if found is None or leaves_open(line[: found.start("rest")]):
        return ""
    return found["rest"].strip()


_MOST_SAID = 4_000
_TAKES_BACK = re.compile(
    r"\b(?:not (?:the|a|an|my|it|yet|right|correct|valid|legal|allowed|true|works?|reach|solve)|cannot be right|wrong|"
    r"incorrect|invalid|illegal|mistaken?|fails|scratch that|ignore (?:this|that)|undo)\b|"
    r"n['’]t (?:the|right|correct|valid|work|reach|solve)\b|\bit is not\b",
    re.IGNORECASE,
)


_A_STEP = re.compile(r"\b(?:steps?|rounds?|part)\b", re.IGNORECASE)


def unwrapped(text: str, keep: str = "") -> str:
    """Take everything off that stands around a whole text: see `_PAIRS` and `_COMMAND`, and a closing full stop.

    Signs in `keep` (one of a pair is enough) are part of the answer.
    """
    line = text.strip()
    for _ in range(_MAX_LAYERS):
        bare = _one_layer(line, keep)
        if bare == line:
            break
        line = bare
    return line


def _one_layer(line: str, keep: str) -> str:
    if fenced := _FENCED.fullmatch(line):
        return fenced["inside"].strip()
    if line.endswith(".") and not line.endswith(".."):
        return line[:-1].rstrip()
    if line.startswith("\\") and line.endswith("}") and (command := _COMMAND.match(line)):
        inside = line[command.end() : -1]
        return inside.strip() if _balanced(inside) else line
    for opening, closing in _PAIRS:
        if line.startswith(opening) and line.endswith(closing) and len(line) > len(opening) + len(closing):
            inside = line[len(opening) : -len(closing)]
            kept = (opening in _QUOTES and opening in keep) or (
                opening == "*" and not _ITALIC.fullmatch(inside)
            )
            whole_list = opening in _QUOTES and inside[:1] in "[(" and inside[-1:] in "])"
            if not kept and (whole_list or (opening not in inside and closing not in inside)):
                return inside.strip()
    return line


def _balanced(text: str) -> bool:
    """Whether no brace of a text is closed that was not opened in it, nor left open."""
    depth = 0
    for sign in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def leaves_open(text: str) -> bool:
    """Whether words may deny, doubt or exchange what they speak of; a careful reader takes nothing from them."""
    return _OPEN.search(text) is not None


def takes_back(before: str, after: str) -> bool:
    """Whether the last line before a plan or the text after it say that the plan is no answer."""
    line = before.rstrip().rsplit("\n", 1)[-1]
    return any(_TAKES_BACK.search(text[:_MOST_SAID]) for text in (line, after))


def has_words(text: str) -> bool:
    """Whether there are words of a sentence, or the frame of a table, beside what can be the answer."""
    return _FUNCTION_WORD.search(text[:20_000]) is not None or re.search(r"\|\s{0,9}:?-{2}", text) is not None


def without_sentences(text: str) -> str:
    """Take lines off the start and the end of a text that only talk about it, and leave nothing open.

    Empty where there are none, or where nothing but such lines is there.
    """
    lines = text.strip().splitlines()
    if not 1 < len(lines) <= _MAX_LINES:
        return ""
    first, last = 0, len(lines)
    while first < last and _only_talks(lines[first]):
        first += 1
    while last > first and _only_talks(lines[last - 1]):
        last -= 1
    spoken = [*lines[:first], *lines[last:]]
    if first == last or not any(line.strip() for line in spoken) or any(map(leaves_open, spoken)):
        return ""
    return "\n".join(lines[first:last]).strip()


def _only_talks(line: str) -> bool:
    """Whether a line is empty, or a sentence or heading without numbers, brackets and signs of its own."""
    bare = line.strip().strip("*_#> ")
    if not bare:
        return True
    ends = bare[-1] in ".!:" and len(bare) <= _MAX_LINE
    return (
        ends
        and not re.search(r"[0-9\[\](){}=<>|\"`$\\/,;*]", bare.replace(", ", " "))
        and len(_WORD.findall(bare)) >= 2
        and _FUNCTION_WORD.search(bare) is not None
    )


def only_bold(text: str) -> str:
    """The one part of a sentence that is in bold type or in code quotes, where nothing in the text leaves it open."""
    tail = text.strip()
    if len(tail) > _MAX_LINE or "\n" in tail:
        return ""
    found = re.findall(r"\*\*([^*\n]+)\*\*|(?<!`)`([^`\n]+)`(?!`)", tail)
    if len(found) != 1:
        return ""
    inside = str(found[0][0] or found[0][1]).strip()
    rest = tail.replace(inside, " ", 1)
    return "" if leaves_open(rest) or _A_STEP.search(rest) else inside


def only_bracketed(text: str) -> str:
    """The one list in brackets of a text, with its brackets; empty where there are several, or where it is left open.

    Brackets with nothing but commas, blanks or "and" between them are one list: ``(0, 0), (1, 6) and (2, 3)``.
    """
    start, depth, spans = 0, 0, 0
    begin = end = -1
    for match in re.finditer(r"[\[\]()]", text):
        if match[0] in "[(":
            start = match.start() if depth == 0 else start
            depth += 1
            continue
        if depth == 0:
            return ""
        depth -= 1
        if depth:
            continue
        joined = end >= 0 and re.fullmatch(r"\s{0,20}[,;]?\s{0,20}(?:and)?\s{0,20}", text[end:start])
        if not joined:
            spans += 1
            begin = start
        end = match.end()
        if spans > 1:
            return ""
    if depth or not spans or leaves_open(text[:begin][-_MAX_LINE:] + " " + text[end:][:_MAX_LINE]):
        return ""
    return re.sub(r"(?<=[\])])\s{0,20},?\s{0,20}and\s{0,20}(?=[\[(])", ", ", text[begin:end])
