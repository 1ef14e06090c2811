"""What the hub says about weights, before anything is fetched: which files, how big, which hashes, which licence.

`huggingface_hub` speaks to it. The address is `HF_ENDPOINT` or the hub's own; proxies are as `HTTPS_PROXY` and the
like say. The token goes to that host only: not to where it redirects, which is how large files are served.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct

from codesteer_tui import __version__
from codesteer_tui.errors import ConfigError, ModelError, WeightsError
from codesteer_tui.providers.llama.parts import parts_of
from codesteer_tui.text import plain
from codesteer_tui.weights.catalogue import Known
from codesteer_tui.weights.hub_failures import PROVIDER, in_our_words
from codesteer_tui.weights.store import PulledFile

if TYPE_CHECKING:
    from types import ModuleType

HUB = "https://huggingface.co"
_TRUE = ("1", "ON", "YES", "TRUE")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][\w.+\-]{0,240}")
_REPO = re.compile(r"[A-Za-z0-9][\w.\-]*/[A-Za-z0-9][\w.\-]*")
_OF_CHECKPOINT = re.compile(
    r"(?i).+\.safetensors|(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)"
    r"\.json|.+\.safetensors\.index\.json|tokenizer\.model|merges\.txt|chat_template\.(jinja|json)"
    r"|(licen[cs]e|notice|use_policy|readme)(\.\w+)?"
)


class Wanted(Struct, frozen=True):
    """What a person asked for. `file`: a GGUF in the repository, or a part of its name; empty for what there is."""

    repo: str
    file: str = ""
    revision: str = ""
    known_as: str = ""
    known: Known | None = None


class Offer(Struct, frozen=True, kw_only=True):
    """What would be fetched: shown to the person before it is. `size` in bytes, -1 where the hub does not tell all of
    it; `gated`: the maker wants the licence accepted first; `private`: only for who has a token."""

    wanted: Wanted
    endpoint: str
    host: str
    commit: str
    form: str
    licence: str
    gated: bool
    private: bool
    files: tuple[PulledFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        sizes = [file.size for file in self.files]
        return -1 if -1 in sizes else sum(sizes)

    @property
    def place(self) -> str:
        """The name in the folder of weights: of the file (the first, where it is split), or of the folder."""
        return (
            self.files[0].path.rpartition("/")[2]
            if self.form == "gguf"
            else self.wanted.repo.rpartition("/")[2]
        )


def understand(text: str, known: Mapping[str, Known], revision: str = "") -> Wanted:
    """What is meant by a name of the catalogue, `owner/repo`, `owner/repo:file.gguf`, or an address of a page of them.

    Raises:
        ConfigError: it is none of these.
    """
    if text in known:
        entry = known[text]
        return Wanted(entry.repo, entry.file, revision or entry.revision, text, entry)
    if text.startswith(("http://", "https://")):
        return _at(text, known, revision)
    repo, _, file = text.removeprefix("hf://").partition(":")
    if not _REPO.fullmatch(repo) or ".." in repo:
        import difflib

        near = difflib.get_close_matches(text, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise ConfigError(
            f"There are no known weights {text!r}.",
            f"{hint}codesteer weights list shows the known ones; any others are written OWNER/REPO or"
            " OWNER/REPO:FILE.gguf.",
        )
    return Wanted(repo, file, revision)


def _at(address: str, known: Mapping[str, Known], revision: str) -> Wanted:
    """What the page of a repository or of a file in it shows."""
    in_use = endpoint()
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.netloc != urlsplit(in_use).netloc:
        raise ConfigError(
            f"That address is of {plain(parts.hostname or 'no host')}, not of the hub in use, which is {in_use}.",
            "Write weights as OWNER/REPO or OWNER/REPO:FILE.gguf; HF_ENDPOINT names another hub.",
        )
    owner, repo, kind, its_revision, *path = [*parts.path.strip("/").split("/"), "", "", "", ""]
    if owner in ("datasets", "spaces") or kind not in ("", "tree", "blob", "resolve"):
        raise ConfigError(
            f"{plain(parts.path)[:200]} is not the page of weights.",
            "Give that of a repository, or of a file.",
        )
    file = "/".join(path).strip("/") if kind in ("blob", "resolve") else ""
    if its_revision == "main":
        its_revision = ""
    return understand(f"{owner}/{repo}{f':{file}' if file else ''}", known, revision or its_revision)


def endpoint(env: Mapping[str, str] = os.environ) -> str:
    """The hub's address.

    Raises:
        ConfigError: `HF_ENDPOINT` is no address.
    """
    address = (env.get("HF_ENDPOINT") or HUB).rstrip("/")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.password:
        raise ConfigError(
            "HF_ENDPOINT is not the address of a hub.",
            "Write it as https://HOST, or unset it; no user, no password.",
        )
    return address


def is_offline(env: Mapping[str, str] = os.environ) -> bool:
    """Whether the person said that nothing is to be fetched."""
    return (env.get("HF_HUB_OFFLINE") or env.get("TRANSFORMERS_OFFLINE") or "").upper() in _TRUE


def library() -> ModuleType:
    """`huggingface_hub`, which is slow to import, without the counting of who uses it."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import huggingface_hub

    return huggingface_hub


def ask_hub(wanted: Wanted, *, address: str, token: str | None, timeout_s: float = 20.0) -> Offer:
    """Ask the hub what there is. Nothing is fetched. Blocks.

    Raises:
        ModelError: it cannot be reached, does not know these weights, or does not give them to this person.
        ConfigError: the name fits none of its files, or several.
        WeightsError: the file is not the one that the catalogue knows.
    """
    refuse_offline()
    host = urlsplit(address).netloc
    try:
        api = library().HfApi(
            endpoint=address, token=token or False, library_name="codesteer-tui", library_version=__version__
        )
        info = api.model_info(
            wanted.repo, revision=wanted.revision or None, files_metadata=True, timeout=timeout_s
        )
    except Exception as error:
        raise in_our_words(error, wanted.repo, address, bool(token)) from error
    files = [_described(sibling) for sibling in info.siblings or ()]
    form, chosen = choose_files(wanted, files)
    _refuse_another(wanted, chosen[0], host)
    return Offer(
        wanted=wanted,
        endpoint=address,
        host=host,
        commit=_hex(info.sha) or wanted.revision or "main",
        form=form,
        licence=_licence(info),
        gated=bool(info.gated),
        private=bool(info.private),
        files=tuple(chosen),
    )


def refuse_offline() -> None:
    """Stop where the person said that nothing is to be fetched.

    Raises:
        ModelError: `unreachable`.
    """
    if is_offline():
        raise ModelError(
            "unreachable",
            "Offline mode is on (HF_HUB_OFFLINE), so nothing is asked or fetched.",
            "Unset HF_HUB_OFFLINE, or copy the weights here from a machine that has them.",
            provider=PROVIDER,
        )


def _refuse_another(wanted: Wanted, told: PulledFile, host: str) -> None:
    """Where the catalogue knows the hash of a file, the hub must name the same, unless another revision is wanted."""
    known = wanted.known
    if known is None or not known.sha256 or not told.sha256 or told.sha256 == known.sha256:
        return
    if wanted.revision in ("", known.revision):
        raise WeightsError(
            f"The file on {host} is not the one that the catalogue knows as {wanted.known_as}:"
            f" its SHA-256 is {told.sha256} instead of {known.sha256}.",
            f"It was replaced there. To take it all the same: codesteer weights pull {wanted.repo}:{known.file}",
            provider=PROVIDER,
        )


def choose_files(wanted: Wanted, files: list[PulledFile]) -> tuple[str, list[PulledFile]]:
    """The form, and the files that make up what is wanted.

    Raises:
        ConfigError: none fits, or it is not clear which is meant; it names what there is.
    """
    ggufs = [file for file in files if file.path.lower().endswith(".gguf")]
    if wanted.file:
        return "gguf", _the_gguf(wanted, ggufs)
    top = [file for file in files if "/" not in file.path and _FILE_NAME.fullmatch(file.path)]
    checkpoint = [file for file in top if _OF_CHECKPOINT.fullmatch(file.path)]
    whole = any(f.path.endswith(".safetensors") for f in checkpoint) and any(
        f.path == "config.json" for f in checkpoint
    )
    if whole:
        return "checkpoint", checkpoint
    firsts = [file for file in ggufs if file.path == _parts(file.path)[0]]
    if len(firsts) == 1:
        return "gguf", _the_gguf(Wanted(wanted.repo, firsts[0].path), ggufs)
    if firsts:
        raise _which(wanted, firsts, f"{wanted.repo} has {len(firsts)} GGUF files.")
    pickled = any(re.search(r"(?i)\.(bin|pth?|ckpt)$", file.path) for file in files)
    why = " Its weights are pickled, and such files run programs when they are opened." if pickled else ""
    raise ConfigError(
        f"{wanted.repo} has neither a GGUF file nor a checkpoint in safetensors.{why}",
        "Look on the hub for a repository that has one; the names of those often end in -GGUF.",
    )


def _the_gguf(wanted: Wanted, ggufs: list[PulledFile]) -> list[PulledFile]:
    """The file that is named, with its other parts where it is split."""
    text = wanted.file.casefold()
    exact = [
        file for file in ggufs if text in (file.path.casefold(), file.path.rpartition("/")[2].casefold())
    ]
    firsts = [file for file in ggufs if file.path == _parts(file.path)[0]]
    named = exact or [f for f in firsts if text.removesuffix(".gguf") in f.path.rpartition("/")[2].casefold()]
    if not named:
        raise _which(wanted, firsts, f"{wanted.repo} has no GGUF file {wanted.file!r}.")
    if len(named) > 1:
        raise _which(wanted, named, f"{wanted.file!r} fits {len(named)} files of {wanted.repo}.")
    by_path = {file.path: file for file in ggufs}
    parts = _parts(named[0].path)
    missing = [path for path in parts if path not in by_path]
    if missing:
        raise ConfigError(
            f"{wanted.repo} lacks {len(missing)} of the {len(parts)} parts of {named[0].path}.",
            "Choose another file.",
        )
    if not _FILE_NAME.fullmatch(named[0].path.rpartition("/")[2]):
        raise ConfigError(
            f"{wanted.repo} has a file whose name cannot be used here: {plain(named[0].path)[:200]!r}.",
            "Fetch it by hand, and name it otherwise.",
        )
    return [by_path[path] for path in parts]


def _which(wanted: Wanted, files: list[PulledFile], what: str) -> ConfigError:
    shown = [f"{plain(f.path)} ({in_bytes(f.size)})" for f in sorted(files, key=lambda f: f.size)]
    more = f" and {len(shown) - 30} more" if len(shown) > 30 else ""
    if not shown:
        return ConfigError(what, "It has none at all; look for a repository whose name ends in -GGUF.")
    return ConfigError(what, f"Name one as {wanted.repo}:FILE. There are: {', '.join(shown[:30])}{more}.")


def _parts(path: str) -> list[str]:
    folder, slash, name = path.rpartition("/")
    return [folder + slash + part.name for part in parts_of(Path(name))]


def _described(sibling: Any) -> PulledFile:
    lfs = sibling.lfs
    size = lfs.size if lfs else sibling.size
    return PulledFile(
        str(sibling.rfilename),
        size if isinstance(size, int) and size >= 0 else -1,
        _hex(lfs.sha256, 64) if lfs else "",
        "" if lfs else _hex(sibling.blob_id),
    )


def _hex(told: object, length: int = 40) -> str:
    """A hash as the hub tells it, or nothing where it is none: it becomes a part of names of files."""
    text = str(told).lower()
    return text if re.fullmatch(rf"[0-9a-f]{{{length}}}", text) else ""


def _licence(info: Any) -> str:
    """The licence as the maker's card names it, else as the hub's tags do; empty where neither says."""
    card = info.card_data
    named = getattr(card, "license", None) if card else None
    if isinstance(named, str) and named == "other":
        named = getattr(card, "license_name", None) or named
    if isinstance(named, list):
        named = ", ".join(map(str, named))
    tagged = next((tag[8:] for tag in info.tags or () if str(tag).startswith("license:")), "")
    return plain(str(named or tagged))[:200]


def in_bytes(size: int) -> str:
    """A size as people read it, in powers of 1000 as the hub shows it; "size not told" where it is unknown."""
    if size < 0:
        return "size not told"
    number = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.2f} TB"
