"""The state of a session after any number of its events, quickly, however long it is.

Facts are folded in their order, with checkpoints on the way. Pieces of text are not folded one by one: what had
arrived of a text at some place is joined when that place is gone to. So a session of 100,000 events is shown at any
place within milliseconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, TypeAlias, TypeVar

import msgspec

from codesteer_tui import events as ev
from codesteer_tui.events import Event
from codesteer_tui.transcript import Execution, Round, Transcript
from codesteer_tui.values import ExecutionResult

SPACING = 100
"""Least facts between two checkpoints."""

MOST_CHECKPOINTS = 200
"""Where a session has very many facts, the checkpoints lie further apart."""

Piece: TypeAlias = ev.GuidanceDelta | ev.AnswerDelta | ev.OutputDelta | ev.LoadingDelta
Key: TypeAlias = tuple[str, int | str]
"""What pieces belong to: the guidance or answer of a round, the output of a program, or the loading for a role."""

PIECES = frozenset({ev.GuidanceDelta, ev.AnswerDelta, ev.OutputDelta, ev.LoadingDelta})
"""The events that are no facts."""

_TEXTS = {"steerer": "guidance", "task_llm": "answer"}
"""The text that a role's loading ends with."""

T = TypeVar("T")


@dataclass
class _Text:
    """What came through one channel of a text: all of it, and where each of its pieces ends."""

    pieces: list[Piece] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    """Which pieces of the stream these are."""
    whole: str = ""
    ends: list[int] = field(default_factory=list)

    def between(self, first: int, last: int) -> Piece | None:
        """The pieces of the stream from one up to another, as one; None where there is none of this channel."""
        begin, end = bisect_left(self.places, first), bisect_left(self.places, last)
        if begin == end:
            return None
        text = self.whole[self.ends[begin - 1] if begin else 0 : self.ends[end - 1]]
        return msgspec.structs.replace(self.pieces[end - 1], text=text)


@dataclass
class _Stream:
    """The pieces of one text: at which places they came, and at which it began afresh or was whole."""

    pieces: list[Piece] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    _texts: dict[str, _Text] | None = None

    def texts(self) -> dict[str, _Text]:
        """The texts by channel; put together when they are first asked for."""
        if self._texts is None:
            self._texts = _texts_of(self.pieces)
        return self._texts

    def arrived(self, until: int) -> Iterable[Piece]:
        """What stands at a position, before which there are `until` events, as one piece for each channel."""
        at = bisect_left(self.fresh, until)
        since = self.fresh[at - 1] if at else -1
        first, last = bisect_left(self.places, since), bisect_left(self.places, until)
        if first >= last:
            return
        if isinstance(self.pieces[0], ev.LoadingDelta):
            yield self.pieces[last - 1]
            return
        for text in self.texts().values():
            if piece := text.between(first, last):
                yield piece


class Folds:
    """The states of a session, one for each position from 0 to `len(events)`."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.times = list(accumulate((event.at for event in events), max))
        """The times as they pass: a clock that was set back in a resumed session stands still."""
        self.facts: list[int] = []
        """The places of the events that are facts."""
        self._streams: dict[Key, _Stream] = {}
        self._read()
        self._spacing = max(SPACING, -(-len(self.facts) // MOST_CHECKPOINTS))
        self._checkpoints = self._fold()

    def _read(self) -> None:
        streams, facts = self._streams, self.facts
        for place, event in enumerate(self.events):
            if (
                type(event) not in PIECES
            ):  # by far the most are; matching each against patterns would take long
                facts.append(place)
                self._begin(place, event)
                continue
            key = _key(event)  # type: ignore[arg-type]
            stream = streams.get(key) or self._stream(key)
            stream.pieces.append(event)  # type: ignore[arg-type]
            stream.places.append(place)

    def _begin(self, place: int, event: Event) -> None:
        """Note which texts begin afresh with this event or are known as a whole, and for whom loading is over."""
        match event:
            case ev.PromptSent(round=number, role="steerer"):
                self._fresh(place, ("guidance", number))
            case ev.PromptSent(round=number, role="task_llm"):
                self._fresh(place, ("answer", number))
            case ev.GuidanceGiven(round=number):
                self._fresh(place, ("guidance", number), ("steerer", number))
            case ev.AnswerGiven(round=number):
                self._fresh(place, ("answer", number), ("task_llm", number))
            case ev.GuidanceProposed(round=number):
                self._fresh(place, ("steerer", number))
            case ev.AnswerChecked(round=number):
                self._fresh(place, ("checker", number))
            case ev.CallFailed(round=number, role=role):
                self._fresh(place, (role, number))
            case ev.ExecutionStarted(id=id) | ev.ExecutionFinished(id=id, result=ExecutionResult()):
                self._fresh(place, ("output", id))

    def _fresh(self, place: int, *keys: Key) -> None:
        for key in keys:
            self._stream(key).fresh.append(place)

    def _stream(self, key: Key) -> _Stream:
        found = self._streams.get(key)
        if found is None:
            found = self._streams[key] = _Stream()
        return found

    def _fold(self) -> list[Transcript]:
        """The states after every `_spacing` facts, the first before any. Rounds that stayed as they were are shared."""
        transcript, found = Transcript(), [Transcript()]
        touched: set[int | None] = set()
        for count, place in enumerate(self.facts, 1):
            event = self.events[place]
            transcript.apply(event)
            touched.add(getattr(event, "round", None))
            if count % self._spacing == 0:
                found.append(_snapshot(transcript, found[-1], touched))
                touched = set()
        return found

    def put_texts_together(self) -> None:
        """Do now what the first state within a long text would wait for; may be called in a thread of its own."""
        for stream in self._streams.values():
            if stream.pieces and not isinstance(stream.pieces[0], ev.LoadingDelta):
                stream.texts()

    def at(self, position: int | None = None) -> Transcript:
        """The state after so many events, by default after all; nobody else has it."""
        until = len(self.events) if position is None else position
        count = bisect_left(self.facts, until)
        nearest = min(count // self._spacing, len(self._checkpoints) - 1)
        transcript = _snapshot(self._checkpoints[nearest])
        for place in self.facts[nearest * self._spacing : count]:
            transcript.apply(self.events[place])
        for key, stream in self._streams.items():
            for piece in stream.arrived(until):
                if not (isinstance(piece, ev.LoadingDelta) and self._speaks(key, piece, until)):
                    transcript.apply(piece)
        transcript.count = until
        transcript.seconds = max(self.times[until - 1], 0.0) if until else 0.0
        return transcript

    def _speaks(self, key: Key, loading: ev.LoadingDelta, until: int) -> bool:
        """Whether a text came behind what was said of loading, so that it is over."""
        text = self._streams.get((_TEXTS.get(loading.role, ""), loading.round))
        if text is None:
            return False
        told = self._streams[key].places
        last = told[bisect_left(told, until) - 1]
        return bisect_left(text.places, last) < bisect_left(text.places, until)

    def place_of(self, seconds: float) -> int:
        """How many events came up to this time."""
        return bisect_right(self.times, seconds)


def folded(events: Sequence[Event]) -> Transcript:
    """The state after these events, as `Transcript.of` gives it, but for pieces of texts that are known as a whole."""
    return Folds(events).at()


def facts_of(events: Iterable[Event]) -> Transcript:
    """The state after these events without the pieces of texts."""
    return Transcript.of(event for event in events if type(event) not in PIECES)


def _key(event: Piece) -> Key:
    if isinstance(event, ev.OutputDelta):
        return "output", event.id
    if isinstance(event, ev.LoadingDelta):
        return event.role, event.round
    return ("answer" if isinstance(event, ev.AnswerDelta) else "guidance"), event.round


def _texts_of(pieces: Sequence[Piece]) -> dict[str, _Text]:
    """The texts of a stream by channel, in the order in which these began."""
    found: dict[str, _Text] = {}
    for place, piece in enumerate(pieces):
        assert not isinstance(piece, ev.LoadingDelta), "it has no text"
        name = piece.stream if isinstance(piece, ev.OutputDelta) else piece.channel
        text = found.get(name)
        if text is None:
            text = found[name] = _Text()
        text.pieces.append(piece)
        text.places.append(place)
    for text in found.values():
        texts = [piece.text for piece in text.pieces if not isinstance(piece, ev.LoadingDelta)]
        text.whole, text.ends = "".join(texts), list(accumulate(map(len, texts)))
    return found


def _snapshot(
    transcript: Transcript, before: Transcript | None = None, touched: Iterable[int | None] = ()
) -> Transcript:
    """A state that later events do not change. Rounds that are not among the `touched` are those of `before`."""
    same = {this.number: this for this in before.rounds} if before else {}
    for number in touched:
        same.pop(number, None)  # type: ignore[arg-type]
    made = _copy(transcript)
    made.rounds = [same.get(this.number) or _copy(this) for this in transcript.rounds]
    return made


def _copy(thing: T) -> T:
    """A copy with lists and dictionaries of its own. What is in them is shared where nothing changes it."""
    made = object.__new__(type(thing))
    for name, value in vars(thing).items():
        made.__dict__[name] = _own(value)
    return made


def _own(value: Any) -> Any:
    match value:
        case dict():
            return {key: _inner(inner) for key, inner in value.items()}
        case list():
            return [*value]
        case _:
            return value


def _inner(value: Any) -> Any:
    match value:
        case Execution() | Round():
            return _copy(value)
        case list():
            return [*value]
        case _:
            return value
