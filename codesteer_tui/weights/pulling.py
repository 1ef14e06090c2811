"""Fetching weights: on from where it was cut off, never more than the disk holds, checked before they are used.

`huggingface_hub` 2 begins a file anew whenever its process ended in the middle, so the file itself is read here, with
the session, the proxies and the addresses of that library. What has arrived lies beside its place as `NAME.HASH.part`
and can only be gone on with by the same content.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from codesteer_tui import __version__
from codesteer_tui.errors import CodesteerError, ModelError, WeightsError
from codesteer_tui.providers.failures.network import is_network
from codesteer_tui.weights.checking import FileCheck, check_file, is_as_it_came
from codesteer_tui.weights.hub import Offer, in_bytes, library, refuse_offline
from codesteer_tui.weights.hub_failures import refusal, unreachable
from codesteer_tui.weights.pulling_files import (
    arrived,
    check_room,
    disk_error,
    forget_if_empty,
    held,
    part_of,
    place_of,
    require_there,
    target_of,
    write_all,
)
from codesteer_tui.weights.store import (
    ASIDE,
    PulledFile,
    Record,
    make_folder,
    read_record,
    record_path,
    write_record,
)

MOST_FAILURES = 5
"""How often in a row nothing may arrive before it is given up."""

_WAITS_S = (1.0, 2.0, 4.0, 8.0)
_LONGEST_WAIT_S = 60.0
_TELL_EVERY_S = 0.2
Phase: TypeAlias = Literal["fetching", "waiting", "checking"]


class Progress(Struct, frozen=True, kw_only=True):
    """How far it is. `done` and `total` in bytes over all files, `total` -1 where not known; `bytes_per_s` over the
    last seconds; `note` says in words why it waits."""

    file: str
    phase: Phase
    done: int
    total: int
    bytes_per_s: float
    note: str = ""

    @property
    def seconds_left(self) -> float | None:
        """At this speed; None where that cannot be told."""
        if self.phase != "fetching" or self.total < 0 or self.bytes_per_s <= 0:
            return None
        return (self.total - self.done) / self.bytes_per_s


Tell: TypeAlias = Callable[[Progress], None]
Stopped: TypeAlias = Callable[[], bool]


def pull(
    offer: Offer,
    folder: Path,
    *,
    token: str | None = None,
    tell: Tell | None = None,
    stopped: Stopped | None = None,
    wait: Callable[[float], object] = time.sleep,
    timeout_s: float | None = None,
) -> Path:
    """Fetch what was offered into `folder` and check it; gives the file or folder of the weights. Blocks.

    `tell` is called a few times a second; the pull stops, with everything kept, soon after `stopped` says yes.
    `timeout_s` is the longest silence, by default what HF_HUB_DOWNLOAD_TIMEOUT says, else 10.

    Raises:
        ModelError: the hub, or the way to it, failed.
        WeightsError: the disk is full, the hash is wrong, something else lies there, it was stopped.
        ConfigError: the folder cannot be made.
    """
    refuse_offline()
    check_room(offer, folder)
    target = target_of(offer, folder)
    make_folder(target if offer.form == "checkpoint" else folder)
    known = offer.wanted.known
    licence = offer.licence or (known.licence if known else "")
    record = Record(
        repo=offer.wanted.repo,
        commit=offer.commit,
        host=offer.host,
        licence=licence,
        files=offer.files,
        known_as=offer.wanted.known_as,
        revision="" if known and offer.wanted.revision == known.revision else offer.wanted.revision,
    )
    job = _Job(offer, record, token, tell or _nobody, stopped or _never, wait, timeout_s or _timeout_s())
    try:
        earlier = read_record(target)
        at = record_path(target).stat().st_mtime if earlier else 0.0

        def may_replace(place: Path) -> bool:
            """Whether it is what was pulled from there before, and nobody has changed it."""
            if earlier is None or earlier.repo != record.repo or offer.form != "checkpoint":
                return False
            came = [file for file in earlier.files if place_of(offer, folder, file) == place]
            return any(is_as_it_came(place, file, at) for file in came)

        if offer.form == "checkpoint" and record != earlier:
            write_record(target, record)
        for file in offer.files:
            job.file(file, place_of(offer, folder, file), may_replace)
        write_record(target, record)
    except OSError as error:
        raise disk_error(error, target) from error
    finally:
        if offer.form == "checkpoint":
            forget_if_empty(target)
    return target


class _Job:
    """One pull: its files one after the other, and how far all of it is."""

    def __init__(
        self,
        offer: Offer,
        record: Record,
        token: str | None,
        tell: Tell,
        stopped: Stopped,
        wait: Callable[[float], object],
        timeout_s: float,
    ) -> None:
        self._offer, self._record, self._tell, self._stopped = offer, record, tell, stopped
        self._wait, self._timeout_s, self._with_token = wait, timeout_s, bool(token)
        headers = library().utils.build_hf_headers(
            token=token or False, library_name="codesteer-tui", library_version=__version__
        )
        self._headers = {**headers, "accept-encoding": "identity"}
        self._before = 0
        self._told_at = 0.0
        self._marks: list[tuple[float, int]] = []

    def file(self, file: PulledFile, path: Path, may_replace: Callable[[Path], bool]) -> None:
        """Have this file at its place, whole and checked."""
        if path.exists():
            size, outcome = path.stat().st_size, self._check(path, path, file).outcome
            if outcome == "right" or (outcome == "not_known" and size == file.size):
                self._before += size
                return
            if not may_replace(path):
                alone = self._offer.form == "gguf"
                by_hand = (
                    f"codesteer weights rm {path.name}" if alone else "by hand, unless it is your own work"
                )
                raise WeightsError(
                    f"{path} is there already, and it is not the file that {self._offer.host} has.",
                    f"Remove it ({by_hand}), or choose another folder with --to.",
                )
        part = part_of(path, file, self._offer.commit)
        with held(part) as out:
            try:
                write_record(part, self._record)
                self._fetch(file, part, out)
                require_there(part, out)
            except BaseException:
                forget_if_empty(part)
                raise
        checked = self._check(part, path, file)
        if checked.outcome == "wrong":
            aside = path.with_name(path.name + ASIDE)
            part.replace(aside)
            record_path(part).unlink(missing_ok=True)
            raise WeightsError(
                f"{path.name} has arrived with the wrong hash: {checked.got} instead of {checked.expected}."
                f" It is kept as {aside} and not used.",
                "Pull it again. If that happens twice, something on the way changes it, or the hub's file is damaged.",
            )
        part.replace(path)
        record_path(part).unlink(missing_ok=True)
        path.with_name(path.name + ASIDE).unlink(missing_ok=True)
        self._before += path.stat().st_size

    def _fetch(self, file: PulledFile, part: Path, out: Any) -> None:
        failures = 0
        have = arrived(part)
        if 0 <= file.size < have:
            out.truncate(0)
            have = 0
        self._marks = [(time.monotonic(), self._before + have)]
        while file.size < 0 or have < file.size:
            try:
                ended = self._stream(file, out, have)
                now = arrived(part)
                if (ended and file.size < 0) or 0 <= file.size <= now:
                    break
                problem: CodesteerError = ModelError(
                    "unreachable",
                    f"{self._offer.host} closed the connection before {file.path} was complete.",
                    self._kept(now) + "Check the connection.",
                )
                pause = 0.0
            except _Refused as refused:
                now, pause, problem = arrived(part), refused.after_s, refused.error
                if not refused.may_pass:
                    raise refused.error from None
            except CodesteerError:
                raise
            except Exception as error:
                if not is_network(error):
                    raise
                now, pause = arrived(part), 0.0
                problem = unreachable(error, _host_of(error) or self._offer.host, kept=self._kept(now))
            require_there(part, out)
            failures = 0 if now > have else failures + 1
            have = now
            if failures >= MOST_FAILURES:
                raise problem
            pause = pause or _WAITS_S[min(max(failures - 1, 0), len(_WAITS_S) - 1)]
            self._say(file, have, "waiting", f"{problem.message} Trying again in {pause:.0f} s.", now=True)
            self._pause(pause)
            self._marks = [(time.monotonic(), self._before + have)]  # the wait is no part of the speed

    def _pause(self, seconds: float) -> None:
        while seconds > 0 and not self._stopped():
            self._wait(min(seconds, 0.5))
            seconds -= 0.5

    def _stream(self, file: PulledFile, out: Any, have: int) -> bool:
        """Read on from byte `have`, and write what comes; whether it came to an end of its own."""
        hub = library()
        url = hub.hf_hub_url(
            self._offer.wanted.repo, file.path, revision=self._offer.commit, endpoint=self._offer.endpoint
        )
        headers = {**self._headers, **({"range": f"bytes={have}-"} if have else {})}
        with hub.get_session().stream("GET", url, headers=headers, timeout=self._timeout_s) as reply:
            if reply.status_code == 416 and have:  # nothing is left, or what is there is of something else
                if reply.headers.get("Content-Range", "") == f"bytes */{have}":
                    return True
                out.truncate(0)
                return False
            if reply.status_code not in (200, 206):
                raise _Refused(self._offer, reply.status_code, reply.headers, self._with_token)
            if have and not _goes_on(reply, have):
                out.truncate(0)
                have = 0
            for chunk in reply.iter_raw():
                if self._stopped():
                    raise WeightsError(
                        "The pull was stopped.", self._kept(have) + "Nothing else was changed."
                    )
                if 0 <= file.size < have + len(chunk):
                    out.truncate(0)
                    raise WeightsError(
                        f"{file.path} is longer than {self._offer.host} said ({file.size:,} bytes), so it is not kept.",
                        "Pull it again; if that happens twice, something on the way changes it.",
                    )
                require_there(Path(out.name), out)
                write_all(out, chunk, self._kept(have))
                have += len(chunk)
                self._say(file, have, "fetching")
        return True

    def _check(self, path: Path, place: Path, file: PulledFile) -> FileCheck:
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            if self._stopped():
                raise WeightsError("The pull was stopped.", self._kept(done) + "Nothing else was changed.")
            self._say(file, done, "checking")

        return check_file(path, file, advance)

    def _say(self, file: PulledFile, have: int, phase: Phase, note: str = "", *, now: bool = False) -> None:
        at = time.monotonic()
        if not now and at - self._told_at < _TELL_EVERY_S:
            return
        self._told_at = at
        done = self._before + have
        if phase == "fetching":
            self._marks = [*self._marks[-24:], (at, done)]
        first_at, first_done = self._marks[0] if self._marks else (at, done)
        speed = (done - first_done) / (at - first_at) if at > first_at and phase == "fetching" else 0.0
        self._tell(
            Progress(
                file=file.path, phase=phase, done=done, total=self._offer.size, bytes_per_s=speed, note=note
            )
        )

    def _kept(self, have: int) -> str:
        whole = self._offer.size
        of = f" of {in_bytes(whole)}" if whole >= 0 else ""
        return f"What has arrived is kept ({in_bytes(self._before + have)}{of}): the same command goes on from there. "


class _Refused(Exception):
    """The hub answered, and not with the file."""

    def __init__(self, offer: Offer, status: int, headers: Any, with_token: bool) -> None:
        super().__init__(status)
        self.error = refusal(status, headers, offer.wanted.repo, offer.endpoint, with_token)
        self.may_pass = status in (408, 429) or status >= 500
        after = headers.get("Retry-After", "")
        self.after_s = min(float(after), _LONGEST_WAIT_S) if after.isdigit() else 0.0


def _goes_on(reply: Any, have: int) -> bool:
    """Whether what comes is the rest, from byte `have` on, and not the whole again."""
    said = str(reply.headers.get("Content-Range", ""))
    return reply.status_code == 206 and said.startswith(f"bytes {have}-")


def _host_of(error: Exception) -> str:
    """The host that a failed request went to, with its port: not the hub itself for large files."""
    try:
        url = getattr(error, "request").url  # noqa: B009 - a property that raises where there is none
        return str(url.netloc.decode("ascii"))
    except (AttributeError, RuntimeError):
        return ""


def _timeout_s() -> float:
    text = os.environ.get("HF_HUB_DOWNLOAD_TIMEOUT", "")
    return float(text) if text.isdigit() and int(text) else 10.0


def _nobody(progress: Progress) -> None:
    """Nobody wants to know."""


def _never() -> bool:
    return False
