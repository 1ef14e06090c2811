"""What is said of weights, in words: the same on the command line and in the app."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codesteer_tui.errors import WeightsError
from codesteer_tui.text import plain
from codesteer_tui.weights.catalogue import Known
from codesteer_tui.weights.checking import Checked
from codesteer_tui.weights.facts import Facts, facts_of
from codesteer_tui.weights.hub import Offer, in_bytes
from codesteer_tui.weights.pulling import Progress
from codesteer_tui.weights.pulling_files import still_to_fetch, target_of
from codesteer_tui.weights.removing import Removal
from codesteer_tui.weights.store import Item, Record

Rows = list[tuple[str, str]]
"""Labels and what stands behind them."""

OUTCOMES = {
    "right": "right",
    "wrong": "WRONG",
    "missing": "MISSING",
    "not_known": "nothing says what it should be",
}
_GIB = 1 << 30
_MOST_NAMES = 12


def offer_rows(offer: Offer, folder: Path, *, with_token: bool) -> Rows:
    """What a person must know before anything is fetched."""
    known = offer.wanted.known
    what = offer.files[0].path if len(offer.files) == 1 else f"{len(offer.files)} files"
    left = still_to_fetch(offer, folder)
    rest = f", {in_bytes(left)} still to fetch" if 0 <= left < offer.size else ""
    if not left and offer.size > 0:
        rest = ", all of it here already: it is only checked"
    licence = offer.licence or "the hub does not say"
    token = "with your token" if with_token else "without a token"
    rows = [
        ("what", f"{offer.wanted.repo}, {what} ({offer.form}), at {offer.commit[:12]}"),
        ("size", in_bytes(offer.size) + rest),
        ("licence", licence + (f" (catalogue: {known.licence})" if known and known.licence else "")),
        ("from", f"{offer.endpoint} ({token}; large files may come from a host that it redirects to)"),
        ("to", str(target_of(offer, folder))),
    ]
    if offer.gated:
        rows.append(
            ("mind", "its maker wants you to accept the licence on the hub, before it can be fetched")
        )
    if any(not file.sha256 and not file.blob for file in offer.files):
        rows.append(("mind", "the hub names no hash, so what arrives cannot be checked"))
    if known and known.memory_gib:
        rows.append(("memory", f"at least {known.memory_gib:g} GiB to run it ({known.memory_for})"))
    if known and known.note:
        rows.append(("note", known.note))
    return [(label, plain(text)) for label, text in rows]


def progress_line(progress: Progress) -> str:
    """How far a pull is, on one line."""
    if progress.note:
        return plain(progress.note)
    percent = f"{progress.done * 100 // progress.total:>3}%" if progress.total > 0 else "    "
    whole = f" of {in_bytes(progress.total)}" if progress.total >= 0 else ""
    name = plain(progress.file)[:60]
    if progress.phase == "checking":
        return f"{percent}  checking {name}"
    speed = f"  {in_bytes(int(progress.bytes_per_s))}/s" if progress.bytes_per_s > 0 else ""
    left = progress.seconds_left
    remaining = f"  {_time(left)} left" if left is not None else ""
    return f"{percent}  {in_bytes(progress.done)}{whole}{speed}{remaining}  {name}"


def pulled_in_words(still: int, total: int) -> str:
    """What has become of a pull, of which so many bytes were still to be fetched."""
    return "It was here already. Checked" if not still and total > 0 else "Fetched and checked"


def minds(facts: Facts, context: int = 0) -> list[str]:
    """What is wrong with weights, and what else to mind; `context` is what was asked for, 0 for nothing."""
    from gguf.constants import MODEL_ARCH_NAMES

    said = list(facts.problems)
    kind = facts.architecture
    if facts.form == "gguf" and kind and kind not in MODEL_ARCH_NAMES.values():
        said.append(f"llama.cpp is not known to run the architecture {kind!r}")
    if 0 < facts.context < context:
        said.append(
            f"it was trained for {facts.context:,} tokens; with a context of {context:,} it gets no better, and"
            " codesteer gives it no more"
        )
    return said


def about_item(item: Item, go_on: str = "") -> str:
    """What is said of weights in a list: form, quantization, what is wrong, who uses them. Reads their head.

    `go_on` is how to go on with what is not wholly pulled; by default the command for it.
    """
    words = []
    match item.form:
        case "part":
            words.append(_to_go_on(item.record, go_on))
        case "aside":
            words.append("had the wrong hash, not used")
        case _ if is_cut_off(item):
            words += [_to_go_on(item.record, go_on), *_missing_in(item.path)]
        case _ if not item.missing:
            try:
                facts = facts_of(item.path)
                words.append(f"{item.form}  {facts.architecture} {facts.quantization}".rstrip())
                words += facts.problems
            except WeightsError as error:
                words.append(error.message)
    words += [f"plays {', '.join(item.roles)}"] if item.roles else []
    words += [f"[providers.{name}]" for name in item.providers]
    return plain("  ".join(words))


def _missing_in(folder: Path) -> tuple[str, ...]:
    """What of a checkpoint that was cut off is missing, where so much has come that it can be told."""
    try:
        return facts_of(folder).problems
    except WeightsError:
        return ()


def is_cut_off(item: Item) -> bool:
    """Whether a checkpoint lacks files that are to be pulled."""
    if item.form != "checkpoint" or item.record is None:
        return False
    return not all((item.path / file.path.rpartition("/")[2]).is_file() for file in item.record.files)


def _to_go_on(record: Record | None, go_on: str) -> str:
    return f"not wholly pulled; to go on: {go_on or (record.again if record else 'pull it again')}"


def size_of_item(item: Item) -> str:
    """Its size, or that it is not there."""
    return "missing" if item.missing else in_bytes(item.size)


def is_of(entry: Known, item: Item) -> bool:
    """Whether an item was pulled as these known weights."""
    record = item.record
    return record is not None and (record.repo, item.path.name) == (entry.repo, entry.place)


def known_rows(name: str, entry: Known) -> Rows:
    """What the catalogue says of weights."""
    size = in_bytes(entry.size) if entry.size else "the hub says it before anything is fetched"
    rows = [
        ("name", name),
        ("title", entry.title),
        ("form", entry.form),
        ("source", f"{entry.repo}{f', {entry.file}' if entry.file else ''}"),
        ("licence", entry.licence),
        ("parameters", entry.parameters),
        ("size", size),
        ("context", f"{entry.context:,} tokens" if entry.context else ""),
        ("template", entry.chat_template),
        ("prompt pack", entry.prompt_pack),
        ("memory", f"at least {entry.memory_gib:g} GiB ({entry.memory_for})" if entry.memory_gib else ""),
        ("note", entry.note),
    ]
    return [(label, text) for label, text in rows if text]


def facts_rows(facts: Facts, roles: tuple[str, ...], record: Record | None) -> Rows:
    """What weights say about themselves, and where they are from."""
    types = ", ".join(f"{count} {kind}" for kind, count in facts.types.items())
    rows = [
        ("file", str(facts.path)),
        ("form", facts.form + (f", part {facts.part}" if facts.part else "")),
        ("name", facts.name),
        ("architecture", facts.architecture),
        ("parameters", f"{facts.parameters:,}" if facts.parameters else ""),
        ("quantization", facts.quantization),
        ("tensors", f"{facts.tensors} ({types})" if types else ""),
        ("size", f"{in_bytes(facts.size)} ({facts.size:,} bytes)"),
        ("context", f"trained for {facts.context:,} tokens" if facts.context else "it does not say"),
        ("layers", f"{facts.layers}, {facts.width} wide" if facts.layers else ""),
        ("tokenizer", f"{facts.tokenizer}, {facts.vocabulary:,} tokens" if facts.tokenizer else "none"),
        (
            "template",
            f"{facts.template_is} ({len(facts.template):,} characters)" if facts.template else "none",
        ),
        ("memory", _memory(facts)),
        ("licence", facts.licence or (record.licence if record else "")),
        ("source", _source(record) if record and record.repo else facts.source),
        ("plays", ", ".join(roles)),
    ]
    return [(label, plain(text)) for label, text in rows if text]


def _source(record: Record) -> str:
    asked = f" ({record.revision})" if record.revision not in ("", record.commit) else ""
    return f"{record.repo} at {record.commit[:12]}{asked}, from {record.host}"


def checked_in_words(checked: Checked) -> str:
    """What a check came to, in one sentence."""
    if not checked.ok:
        return "Something is wrong with it: remove it, and pull or convert it again."
    if all(file.outcome == "right" for file in checked.files):
        return "It is whole and right."
    if checked.against:
        return "It is whole, and what is known of it is right."
    return "It is whole. Whether every byte is right cannot be told: nothing says what its hash should be (--sha256)."


def removal_in_words(removal: Removal) -> list[str]:
    """What removing takes, and what it leaves in the folder, for who is asked."""
    if removal.link:
        return ["only the link; what it leads to stays"]
    said = []
    if len(removal.files) > 1 or removal.left:
        said.append(f"goes: {_named([file.name for file in removal.files if not file.name.startswith('.')])}")
    if removal.left:
        said.append(f"stays, as it is no part of the weights or was changed: {_named(removal.left)}")
    return [plain(words) for words in said]


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _memory(facts: Facts) -> str:
    memory = facts.memory
    if memory is None:
        return ""
    return (
        f"{_in_memory(memory.total)} = {_in_memory(memory.weights)} for the weights"
        f" + {_in_memory(memory.kv_cache)} for a context of {memory.context:,} tokens; llama.cpp takes some more"
    )


def _in_memory(size: int) -> str:
    """Bytes of memory, which is counted in powers of 1024."""
    return f"{size / _GIB:.2f} GiB" if size >= _GIB // 10 else f"{size / (1 << 20):.2f} MiB"


def _time(seconds: float) -> str:
    whole = int(seconds + 0.5)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
