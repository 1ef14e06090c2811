"""The two status lines and the key line: who plays, where programs run, what is going on, what it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from msgspec import Struct
from textual.content import Content

from codesteer_tui import events as ev
from codesteer_tui.text import money, plain
from codesteer_tui.transcript import Transcript
from codesteer_tui.tui import bound, keys
from codesteer_tui.tui.blocks import Part
from codesteer_tui.tui.course import runs_on, waits_for_person, waits_for_retry
from codesteer_tui.tui.drawing.stepping import OWN
from codesteer_tui.tui.drawing.task import DEMO
from codesteer_tui.tui.keys.row import Key
from codesteer_tui.tui.widgets.still import Still
from codesteer_tui.tui.words import ISOLATION, amount, clock, cut
from codesteer_tui.values import Role, RoleInfo, SteeringMode


class Item(Struct, frozen=True):
    """One piece of a status line in falling lengths. Of those that may go, the highest `rank` goes first."""

    texts: tuple[str, ...]
    style: str = ""
    rank: int = 0
    """0: never left out, only shortened."""


def fit(items: Sequence[Item], width: int, gap: int = 3) -> list[Part]:
    """The items side by side: the longest is shortened first; only then is anything left out."""
    chosen = [0] * len(items)
    shown = [True] * len(items)

    def length() -> int:
        texts = [len(i.texts[c]) for i, c, s in zip(items, chosen, shown, strict=True) if s]
        return sum(texts) + gap * max(0, len(texts) - 1)

    places = sorted(range(len(items)), key=lambda k: -items[k].rank)
    while length() > width:
        shorter = [k for k in places if chosen[k] + 1 < len(items[k].texts)]
        if not shorter:
            break
        chosen[max(shorter, key=lambda k: len(items[k].texts[chosen[k]]))] += 1
    for place in places:
        if length() > width and items[place].rank:
            shown[place] = False
    for place in places:  # what was left out makes room
        while shown[place] and chosen[place]:
            chosen[place] -= 1
            if length() > width:
                chosen[place] += 1
                break
    parts: list[Part] = []
    for item, which, show in zip(items, chosen, shown, strict=True):
        if show:
            bar = " " * (gap // 2) + "|" + " " * (gap - gap // 2 - 1) if gap > 1 else " "
            parts += [(bar, "dim")] if parts else []
            parts.append((item.texts[which], item.style))
    return parts


def is_roomy(items: Sequence[Item], width: int, gap: int = 3) -> bool:
    """Whether all items fit side by side at their longest."""
    return sum(len(item.texts[0]) for item in items) + gap * max(0, len(items) - 1) <= width


def top_items(
    transcript: Transcript,
    watermark: str,
    pending: Mapping[Role, tuple[str, str]] = {},
    *,
    places: bool = False,
) -> list[Item]:
    """Name, problem, roles and the watermark REC or REPLAY. `pending`: who will play a role, and when.

    With `places`, where a role's model runs stands behind its name, if it is here and that is known.
    """
    items = [Item(("codesteer",), "bold $text-primary")]
    if transcript.problem:
        question = transcript.problem.question
        title = plain(transcript.problem.title if len(question) > 60 else cut(question, 60))
        lengths = (len(title), 50, 40, 32, 24, 14)
        items.append(Item(tuple(cut(title, length) for length in lengths), "bold", rank=2))
    roles = transcript.roles
    for role, name, rank in (("task_llm", "TASK", 0), ("steerer", "STEER", 3), ("checker", "CHECK", 4)):
        if info := roles.get(role):  # type: ignore[call-overload]
            then = pending.get(role)  # type: ignore[call-overload]
            item = _role_item(role, name, rank, info, roles, then, transcript.mode)  # type: ignore[arg-type]
            place = runs_on(transcript, role, None)[:1] if places and not then else []  # type: ignore[arg-type]
            if place and item.texts[0].endswith(plain(info.label)):
                item = Item((f"{item.texts[0]} ({plain(place[0])})",), rank=rank)
            items.append(item)
    if watermark:
        items.append(Item((watermark,), "bold reverse"))
    return items


def _role_item(
    role: Role,
    name: str,
    rank: int,
    info: RoleInfo,
    roles: dict[Role, RoleInfo],
    then: tuple[str, str] | None,
    mode: SteeringMode = "auto",
) -> Item:
    label = plain(info.label or info.model or info.provider)
    if role == "checker" and info == roles.get("task_llm"):
        label = "same as TASK"
    if info.provider == "rules":
        label = "built-in rules"
    if role == "steerer" and mode != "auto" and not then:
        steers = {"approve": "you approve", "manual": "you", "off": "nobody"}[mode]
        with_label = (f"{name} {label}, {steers}",) if mode == "approve" else ()
        return Item((*with_label, f"{name} {steers}"), "bold", rank=min(rank, 1))
    demo = role == "task_llm" and info.kind == "demo"
    if then:
        new, when = plain(then[0]), then[1]
        now = "demo" if demo else label
        texts = (f"{name} {now} -> {new} {when}", f"{name} {cut(now, 14)} -> {cut(new, 18)} {when}")
        return Item((*texts, f"{name} -> {cut(new, 12)} {when}"), "bold $text-warning", rank=min(rank, 1))
    if demo:
        return Item((f"{name} {DEMO}", DEMO, "demo, no language model"), "bold $text-warning")
    return Item((f"{name} {label}", f"{name} {cut(label, 18)}", f"{name} {cut(label, 10)}"), rank=rank)


def activity(transcript: Transcript, *, running: bool) -> tuple[str, str]:
    """What is going on, in a few words, and its style."""
    match transcript.ending:
        case ev.Finished(answer=answer):
            return ("answered" if answer else "ended without an answer"), "$text-success"
        case ev.Failed():
            return "failed", "bold $text-error"
        case ev.Cancelled() as ending:
            how = "broken off" if ending.broke_off else "stopped"
            return f"{how}; what came is kept", "bold $text-warning"
    this = transcript.current
    if this is None:
        return ("starting ..." if running else "idle"), "dim"
    at = f"R{this.number} "
    if waits_for_person(transcript, this):
        return f"{at}waiting for you", "bold $text-warning"
    for role, name in (("steerer", "steerer"), ("task_llm", "TaskLLM"), ("checker", "checker")):
        if loading := this.loading.get(role):  # type: ignore[call-overload]
            does = "loads" if loading.what == "weights" else "reads"
            return f"{at}{name} {does} ... {loading.fraction:.0%}", "$text-accent"
    if this.guidance is None:
        return f"{at}steerer decides ...", "$text-accent"
    if this.answer is None and this.guidance.decision not in ("return_answer", "terminate"):
        return f"{at}TaskLLM answers ...", "$text-accent"
    for run in this.executions.values():
        if run.result is None:
            words = {"answer": "program runs ...", "own": "your program runs ..."}.get(
                run.purpose, "check runs ..."
            )
            return f"{at}{words}", "$text-accent"
    return f"{at}checking ..." if not this.finished else f"{at}done", "$text-accent"


def retry_item(transcript: Transcript, retry_in: float | None, *, stops: bool) -> Item:
    """A call failed and is tried again: when, why, and, with `stops`, which key does not wait for it."""
    retry = transcript.retries[-1]
    reason = plain(retry.reason)
    head = (
        f"retry {retry.attempt} now" if retry_in is None else f"retry {retry.attempt} in {ceil(retry_in)} s"
    )
    stop = f" ({bound.key('back')} stops)" if stops else ""
    said = [f"{head}: {cut(reason, room)}{stop}" for room in (90, 60, 40, 24)]
    return Item((*said, f"{head}{stop}", head), "bold $text-warning")


def bottom_items(
    transcript: Transcript,
    *,
    running: bool,
    covered: bool = False,
    seconds: float,
    retry_in: float | None = None,
) -> tuple[list[Item], list[Item]]:
    """Left: what goes on. Right: isolation, tokens and time. `covered`: as in the key line."""
    words, style = activity(transcript, running=running)
    left = [Item((words, cut(words, 24)), style)]
    if waits_for_retry(transcript):
        left = [retry_item(transcript, retry_in, stops=running and not covered)]
    if transcript.hint:
        word = "guidance" if transcript.hint.replaces else "hint"
        yours = f"{OWN.sign} your {word}"
        left.append(Item((f"{yours} is still to be said", f"{yours} waits"), OWN.style, rank=1))
    right: list[Item] = []
    if sandbox := transcript.sandbox:
        mark = ISOLATION[sandbox.isolation]
        label = plain(sandbox.label) or mark.word
        right.append(Item((f"{mark.sign} {label}", f"{mark.sign} {mark.word}"), mark.style))
    usage = transcript.total_usage
    if usage.input_tokens or usage.output_tokens:
        about = "~" if usage.estimated else ""
        total = amount(usage.input_tokens + usage.output_tokens)
        right.append(Item((f"{about}{total} tokens", f"{about}{total} tok"), rank=2))
    bill = transcript.bill
    if bill.usd:
        right.append(Item((money(bill.usd, estimated=usage.estimated, unknown=bill.unknown),), rank=1))
    right.append(Item((clock(seconds),), "bold"))
    return left, right


class Line(Still):
    """One line, whose height never changes."""

    is_fixed = True


class TopLine(Line):
    """The first line of the screen."""

    def draw(
        self, transcript: Transcript, watermark: str, pending: Mapping[Role, tuple[str, str]] = {}
    ) -> None:
        """Show who plays which role, and who will."""
        width = self.app.size.width - 2
        items = top_items(transcript, watermark, pending, places=True)
        if not is_roomy(items, width):
            items = top_items(transcript, watermark, pending)
        self.put_text(Content.assemble(" ", *fit(items, width)))


class BottomLine(Line):
    """What goes on, where programs run, tokens and time."""

    def draw(
        self,
        transcript: Transcript,
        *,
        running: bool,
        covered: bool = False,
        seconds: float,
        retry_in: float | None = None,
    ) -> None:
        """Show the state of the run; `retry_in` seconds a failed call is tried again. `covered`: as in the key line."""
        width = self.app.size.width - 2
        left, right = bottom_items(
            transcript, running=running, covered=covered, seconds=seconds, retry_in=retry_in
        )
        ending = fit(right, max(20, width - 26))
        room = width - _length(ending) - 1
        beginning = fit(left, room)
        space = " " * max(1, width - _length(beginning) - _length(ending))
        self.put_text(Content.assemble(" ", *beginning, space, *ending, " "))


def _length(parts: Iterable[Part]) -> int:
    return sum(len(part if isinstance(part, str) else part[0]) for part in parts)


class KeyLine(Line):
    """The keys that matter here."""

    def draw(self, places: Sequence[str], *, running: bool = False, covered: bool = False) -> None:
        """Show the hinted keys of these places of the key table: as many as fit, help and quit always.

        `covered`: something lies over the panes, which goes first before a run is stopped.
        """
        rows = [key for place in places for key in keys.table(self.app) if key.where == place and key.hint]
        parts: list[Part] = [" "]
        for pressed, word in fitting([_hint(key, running, covered) for key in rows], self.app.size.width - 2):
            parts += [(pressed, "bold $text-accent"), f" {word}  "]
        self.put_text(Content.assemble(*parts))


class Hint(NamedTuple):
    """A key and its word; `always`: however narrow it is."""

    pressed: str
    word: str
    always: bool

    @property
    def width(self) -> int:
        return len(self.pressed) + len(self.word) + 3


def _hint(key: Key, running: bool, covered: bool) -> Hint:
    pressed, word = keys.hint(key)
    if key.id == "back" and (covered or not running):
        word = "back"
    always = key.id in keys.ALWAYS_SHOWN or (running and key.id in keys.SHOWN_IN_A_RUN)
    return Hint(pressed, word, always)


def fitting(hints: Sequence[Hint], width: int) -> list[tuple[str, str]]:
    """The hints that fit in, in their order, and behind them those that are always shown."""
    always = [hint for hint in hints if hint.always]
    room = width - sum(hint.width for hint in always)
    shown: list[Hint] = []
    for hint in hints:
        if hint.always:
            continue
        room -= hint.width
        if room < 0:
            break
        shown.append(hint)
    return [(hint.pressed, hint.word) for hint in [*shown, *always]]
