"""The tokenizer of a Hugging Face checkpoint as a GGUF wants it: tokens, their types, merges, and how text is split.

llama.cpp splits text by rules that are compiled into it and known by name, so the rules of tokenizer.json are
recognised by what they say. A tokenizer that is not known is refused: a near miss would change every prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from codesteer_tui.errors import WeightsError
from codesteer_tui.weights.converting_config import OTHER_WAY, read_json

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
"""Types of tokens, as GGUF counts them."""

_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_LLAMA_3 = _WORDS + r"\p{N}{1,3}" + _REST
_QWEN_2 = _WORDS + r"\p{N}" + _REST
_SPLITS = {
    (("split", _LLAMA_3), ("bytes", False)): "llama-bpe",
    (("split", _QWEN_2), ("bytes", False)): "qwen2",
    (("bytes", True),): "gpt-2",
    (("digits", True), ("bytes", True)): "smollm",
}
"""How tokenizer.json splits text → the name of the same rules in llama.cpp."""

WHOLE_WORDS = ("llama-bpe",)
"""The rules under which llama.cpp takes a word that is a token as that token, whatever the merges say."""

_ENDS_OF_TURN = {"eot": "<|eot_id|>", "eom": "<|eom_id|>"}


Id = Annotated[int, Meta(ge=0)]
_T = TypeVar("_T")


class _Bpe(Struct, frozen=True):
    """The model of tokenizer.json, as far as it matters here."""

    vocab: dict[str, Id]
    merges: list[str | list[str]] = []
    type: str = "BPE"
    ignore_merges: bool | None = None
    byte_fallback: bool | None = None
    continuing_subword_prefix: str | None = None
    end_of_word_suffix: str | None = None


class _Added(Struct, frozen=True):
    """An added token; in tokenizer_config.json the id stands before it."""

    content: str
    id: Id = 0
    special: bool = False
    lstrip: bool = False
    rstrip: bool = False


class Vocabulary(Struct, frozen=True, kw_only=True):
    """What goes into the GGUF. `ids` has bos, eos, eot, eom, pad and unk as far as there are; `templates` by name,
    the usual one first and under "default"; `pre` names the rules for splitting text."""

    pre: str
    tokens: list[str]
    types: list[int]
    merges: list[str]
    ids: dict[str, int]
    add_bos: bool
    add_eos: bool
    templates: dict[str, str]
    notes: list[str] = field(default_factory=list)


def read_vocabulary(folder: Path, rows: int, config: Mapping[str, Any], pre: str = "") -> Vocabulary:
    """Read the tokenizer of the checkpoint, whose embedding has `rows` rows and whose config.json is `config`.

    `pre` says by which of llama.cpp's rules to split, where they are not to be recognised.

    Raises:
        WeightsError: a file is missing or damaged, or llama.cpp has no such tokenizer.
    """
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise WeightsError(
            f"{folder} has no tokenizer.json.",
            "Save it with transformers: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)",
        )
    tokenizer = read_json(path)
    settings = _optional(folder / "tokenizer_config.json")
    generation = _optional(folder / "generation_config.json")
    said = tokenizer.get("model")
    if not isinstance(said, dict) or not isinstance(said.get("vocab"), dict):
        kind = said.get("type") if isinstance(said, dict) else None
        raise _refused(path, f"its model is {kind or 'unknown'}, not byte-level BPE")
    model = _typed(path, "model", said, _Bpe)
    added = _typed(path, "added_tokens", tokenizer.get("added_tokens") or [], list[_Added])
    decoder = settings.get("added_tokens_decoder") or {}
    by_id = _typed(folder / "tokenizer_config.json", "added_tokens_decoder", decoder, dict[Id, _Added])
    notes: list[str] = []
    name = _recognised(path, tokenizer, model, pre, notes)
    tokens, types = _tokens(path, model, by_id | {each.id: each for each in added}, rows)
    numbers = {text: number for number, text in enumerate(tokens) if types[number] != UNUSED}
    ids = _special_ids(settings, generation, config, numbers)
    first, last = _wrapping(tokenizer.get("post_processor"))
    add_bos = first == tokens[ids["bos"]] if first and "bos" in ids else False
    add_eos = last == tokens[ids["eos"]] if last and "eos" in ids else False
    if (first and not add_bos) or (last and not add_eos):
        notes.append(
            "It puts a token around every text that is neither its bos nor its eos; llama.cpp will not."
        )
    if greedy := [each.content for each in added if each.lstrip or each.rstrip]:
        notes.append(
            f"{len(greedy)} added tokens swallow the blanks beside them, such as {greedy[0]}; llama.cpp leaves those."
        )
    return Vocabulary(
        pre=name,
        tokens=tokens,
        types=types,
        merges=_merges(path, model),
        ids=ids,
        add_bos=add_bos,
        add_eos=add_eos,
        templates=_templates(folder, settings, notes),
        notes=notes,
    )


def _typed(path: Path, key: str, value: Any, kind: type[_T]) -> _T:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise WeightsError(
            f"{path}: {key} is not as it should be: {error}.", "Fetch that file again."
        ) from error


def _optional(path: Path) -> dict[str, Any]:
    return read_json(path) if path.is_file() else {}


def _refused(path: Path, why: str, remedy: str = OTHER_WAY) -> WeightsError:
    return WeightsError(f"llama.cpp has no tokenizer like {path}: {why}.", remedy)


def _recognised(path: Path, tokenizer: Mapping[str, Any], model: _Bpe, pre: str, notes: list[str]) -> str:
    """The name of llama.cpp's rules for splitting; whatever else differs from them is refused."""
    steps = _steps(tokenizer.get("pre_tokenizer"))
    if ("blank in front", True) in steps:
        raise _refused(path, "it puts a blank in front of every text (add_prefix_space)")
    if model.byte_fallback or not any(kind == "bytes" for kind, _ in steps):
        raise _refused(path, "it is SentencePiece's or of another kind, only byte-level BPE is converted")
    if model.type != "BPE":
        raise _refused(path, f"its model is {model.type}")
    for key in ("continuing_subword_prefix", "end_of_word_suffix"):
        if value := getattr(model, key):
            raise _refused(path, f"its model has {key} {value!r}")
    known = _SPLITS.get(tuple(steps), "")
    doubts = []
    if not known:
        doubts.append(
            f"it splits text in a way that is not known ({'; '.join(f'{k}: {v}' for k, v in steps)})"
        )
    if normalizer := tokenizer.get("normalizer"):
        kind = normalizer.get("type") if isinstance(normalizer, dict) else normalizer
        doubts.append(f"it changes text before splitting it ({kind})")
    name = pre or known
    if known and bool(model.ignore_merges) != (name in WHOLE_WORDS):
        says = "true" if model.ignore_merges else "false"
        doubts.append(f"it has ignore_merges {says}, which {name} has not")
    if doubts and not pre:
        raise _refused(
            path,
            " and ".join(doubts),
            "If you know which of llama.cpp's rules come nearest: --pre NAME (such as llama-bpe or gpt-2); compare its"
            " tokens with the original's before you rely on it.",
        )
    if pre and pre != known:
        doubts.append(f"it was taken as {pre} because you said so" if not known else f"it looks like {known}")
    notes += [f"About the tokenizer: {doubt}." for doubt in doubts]
    return name


def _steps(pre_tokenizer: Any) -> list[tuple[str, Any]]:
    """How text is split, step by step, in a form that can be compared."""
    if not isinstance(pre_tokenizer, dict):
        return []
    kind = pre_tokenizer.get("type")
    if kind == "Sequence":
        return [step for each in _tables(pre_tokenizer.get("pretokenizers")) for step in _steps(each)]
    if kind == "ByteLevel":
        blank = [("blank in front", True)] if pre_tokenizer.get("add_prefix_space", True) else []
        return [*blank, ("bytes", bool(pre_tokenizer.get("use_regex", True)))]
    if kind == "Digits":
        return [("digits", bool(pre_tokenizer.get("individual_digits")))]
    if kind == "Split" and not pre_tokenizer.get("invert"):
        pattern = pre_tokenizer.get("pattern")
        if pre_tokenizer.get("behavior") == "Isolated" and isinstance(pattern, dict) and "Regex" in pattern:
            return [("split", str(pattern["Regex"]))]
    return [(str(kind), repr({k: v for k, v in pre_tokenizer.items() if k != "type"}))]


def _tokens(path: Path, model: _Bpe, added: Mapping[int, _Added], rows: int) -> tuple[list[str], list[int]]:
    """The text and the type of every row of the embedding; rows without a token are UNUSED."""
    found = {number: (text, NORMAL) for text, number in model.vocab.items()}
    if len(found) < len(model.vocab):
        raise _refused(path, "it gives two tokens the same id")
    for number, each in added.items():
        found[number] = (each.content, CONTROL if each.special else USER_DEFINED)
    beyond = sorted(number for number in found if number >= rows)
    if beyond:
        raise WeightsError(
            f"{path} has the token {found[beyond[0]][0]!r} with id {beyond[0]}, but the embedding has {rows} rows"
            f" (config.json: vocab_size).",
            "Resize the embedding to the tokenizer, or take what was added out of tokenizer.json.",
        )
    texts = {text for text, _ in found.values()}
    if len(texts) < len(found) or "" in texts:
        raise _refused(path, "it gives two tokens the same text, or one none at all")
    for number in range(rows):
        if number not in found:
            text = f"[PAD{number}]"
            while text in texts:
                text += "_"
            found[number] = (text, UNUSED)
    return [found[number][0] for number in range(rows)], [found[number][1] for number in range(rows)]


def _merges(path: Path, model: _Bpe) -> list[str]:
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model.merges]
    if any(merge.count(" ") != 1 for merge in merges):
        raise _refused(path, "a merge of it is not of two parts")
    return merges


def _special_ids(
    settings: Mapping[str, Any],
    generation: Mapping[str, Any],
    config: Mapping[str, Any],
    numbers: Mapping[str, int],
) -> dict[str, int]:
    """The ids of bos, eos, eot, eom, pad and unk. What the tokenizer says comes before what the model says."""
    ids: dict[str, int] = {}
    ending = _as_list(generation.get("eos_token_id")) or _as_list(config.get("eos_token_id"))
    for kind in ("bos", "eos", "pad", "unk"):
        named = settings.get(f"{kind}_token")
        text = named.get("content") if isinstance(named, dict) else named
        said = [numbers[text]] if isinstance(text, str) and text in numbers else []
        said += _as_list(generation.get(f"{kind}_token_id")) + _as_list(config.get(f"{kind}_token_id"))
        if said and 0 <= said[0] < max(numbers.values(), default=0) + 1:
            ids[kind] = said[0]
    for kind, text in _ENDS_OF_TURN.items():
        if text in numbers:
            ids[kind] = numbers[text]
    also = [number for number in ending if number not in ids.values()]
    if also and "eot" not in ids:
        ids["eot"] = also[0]
    return ids


def _as_list(value: Any) -> list[int]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, int)]


def _wrapping(post: Any) -> tuple[str, str]:
    """The special tokens that are put before and after every text, as tokenizer.json says."""
    if not isinstance(post, dict):
        return "", ""
    if post.get("type") == "Sequence":
        pairs = [_wrapping(each) for each in _tables(post.get("processors"))]
        return next((a for a, _ in pairs if a), ""), next((b for _, b in pairs if b), "")
    if post.get("type") != "TemplateProcessing":
        return "", ""
    parts = [each.get("SpecialToken") for each in _tables(post.get("single"))]
    named = [str(part.get("id", "")) if isinstance(part, dict) else "" for part in parts]
    return (named[0], named[-1]) if len(named) > 1 else ("", "")


def _tables(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _templates(folder: Path, settings: Mapping[str, Any], notes: list[str]) -> dict[str, str]:
    """Chat templates by name. A file of its own counts more than what tokenizer_config.json says."""
    said = settings.get("chat_template")
    found: dict[str, str] = {}
    if isinstance(said, str):
        found["default"] = said
    elif isinstance(said, list):
        found = {
            str(each["name"]): str(each["template"]) for each in said if "name" in each and "template" in each
        }
    for path in (*sorted(folder.glob("additional_chat_templates/*.jinja")), folder / "chat_template.jinja"):
        if path.is_file():
            name = "default" if path.parent == folder else path.stem
            try:
                found[name] = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise WeightsError(f"{path} cannot be read: {error}.") from error
    if "default" not in found:
        notes.append(
            "It has no chat template, and llama.cpp holds no conversation without one: put that of its family beside"
            " config.json as chat_template.jinja, and convert it again."
        )
    return {name: found[name] for name in sorted(found, key=lambda name: name != "default")}
