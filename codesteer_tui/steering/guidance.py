"""What a steering model wrote, read as a decision.

Decisions are exact tokens between triple angle brackets; the last one wins; anything else between such
brackets is guidance for the TaskLLM. Of a fine-tuned steerer the whole reply is the guidance, and `fine_tuned` of
the prompt pack says so. `as_published` keeps the published rule, which looks for substrings.
"""

from __future__ import annotations

import re

from codesteer_tui.steering.prompts import PromptPack
from codesteer_tui.values import Decision, Guidance

_MARKED = re.compile(r"<<<(.*?)>>>", re.DOTALL)
_TOKENS: dict[str, Decision] = {
    "code": "code",
    "text": "text",
    "return answer": "return_answer",
    "terminate": "terminate",
}


def read_guidance(reply: str, pack: PromptPack) -> Guidance:
    """Read a reply by the exact rule.

    `<<<Code>>>` and `<<<Text>>>` become the pack's wording, `<<<Return Answer>>>` and `<<<Terminate>>>` stop.
    Other text between the last brackets, or the whole reply where there are none, is sent as it is. A reply
    with nothing in it asks for code, and says so.
    """
    marked = [m.strip() for m in _MARKED.findall(reply) if m.strip()]
    last = marked[-1] if marked else reply.strip()
    why = _MARKED.sub("", reply).strip() if marked else ""
    decision = _decision(last) if marked else None
    if not last:
        return Guidance("code", pack.fill("guidance.code"), "The steerer said nothing; code is tried.", reply)
    if decision in ("code", "text"):
        return Guidance(decision, pack.fill(f"guidance.{decision}"), why, reply)
    if decision:
        return Guidance(decision, "", why, reply)
    return Guidance("refine", last, why, reply)


def read_fine_tuned(reply: str, pack: PromptPack, *, first: bool) -> Guidance:
    """Read a fine-tuned steerer's reply by the exact rule.

    The whole reply is the guidance, whatever stands between brackets in it, because such a steerer was trained to
    write what the TaskLLM is told. Only a token that is all there is (with or without brackets), or after the
    first reply one that stands last between brackets, is a decision. Before there is an answer nothing can be
    returned or given up, so there only code and text are. A reply with nothing in it asks for code, and says so.
    """
    if not reply.strip():
        return read_guidance(reply, pack)
    marked = [] if first else [m.strip() for m in _MARKED.findall(reply) if m.strip()]
    bare = reply.strip().removeprefix("<<<").removesuffix(">>>").strip(" .")
    decision = (_decision(marked[-1]) if marked else None) or _decision(bare)
    if decision is None or (first and decision not in ("code", "text")):
        return Guidance("refine", reply, "", reply)
    text = pack.fill(f"guidance.{decision}") if decision in ("code", "text") else ""
    return Guidance(decision, text, _MARKED.sub("", reply).strip() if marked else "", reply)


def read_written(text: str, pack: PromptPack) -> Guidance:
    """Read what the person wrote: a token between brackets decides, the last one wins, and all other words are said.

    Nothing that they wrote is left out: behind a `<<<Code>>>` or `<<<Text>>>` their words follow the pack's, and
    brackets around anything else, as in `<<<answer>>>`, are words like others. They are the reason where it ends.
    """
    decided: Decision = "refine"
    for marked in _MARKED.findall(text):
        decided = _decision(marked) or decided
    words = _MARKED.sub(lambda found: "" if _decision(found[1]) else found[0], text).strip()
    if decided in ("code", "text"):
        said = "\n\n".join(part for part in (pack.fill(f"guidance.{decided}"), words) if part)
        return Guidance(decided, said, by="person")
    if decided == "refine":
        return Guidance(decided, words, by="person")
    return Guidance(decided, "", words, by="person")


def _decision(words: str) -> Decision | None:
    """The decision that a token is, in any case and with blanks or underscores; None where it is none."""
    return _TOKENS.get(" ".join(words.lower().replace("_", " ").split()))


def as_published(reply: str, pack: PromptPack) -> Guidance:
    """Read a reply by the published rule: substrings, in a fixed order (METHOD.md, section 1, step 8).

    A fine-tuned steerer's whole reply counts, a prompted one's last `<<<…>>>` (all of it where there is none).
    """
    marked = _MARKED.findall(reply)
    text = reply if pack.fine_tuned or not marked else marked[-1]
    if "<<<Code>>>" in text:
        return Guidance("code", pack.fill("guidance.code"), "", reply)
    if "<<<Text>>>" in text:
        return Guidance("text", pack.fill("guidance.text"), "", reply)
    if "Return Answer" in text:
        return Guidance("return_answer", "", "", reply)
    if "Terminate" in text:
        return Guidance("terminate", "", "", reply)
    return Guidance("refine", text, "", reply)


def first_as_published(reply: str, pack: PromptPack) -> Guidance:
    """Read the first reply by the published rule (METHOD.md, section 1, step 1).

    A fine-tuned steerer's reply is itself the prompt. A prompted one's has to hold a token; where it does
    not, the published loop skips the sample, which here is `terminate`.
    """
    if pack.fine_tuned:
        return Guidance("refine", reply, "", reply)
    if "<<<Code>>>" in reply:
        return Guidance("code", pack.fill("guidance.code"), "", reply)
    if "<<<Text>>>" in reply:
        return Guidance("text", pack.fill("guidance.text"), "", reply)
    return Guidance("terminate", "", "The first reply held neither <<<Code>>> nor <<<Text>>>.", reply)
