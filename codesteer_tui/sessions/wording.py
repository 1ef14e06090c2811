"""Whether the prompt pack in use is the one that the steerer's weights were trained on.

Another pack is no error: it works, only not as the weights were trained. So it is pointed out and nothing more.
"""

from __future__ import annotations

from pathlib import Path

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.opening import Choice, choose_role
from codesteer_tui.settings import Settings
from codesteer_tui.steering.pack_import import NAME
from codesteer_tui.steering.pack_list import list_packs
from codesteer_tui.steering.packs_there import packs_folder
from codesteer_tui.steering.prompts import PromptPack, load_pack
from codesteer_tui.weights.wording import weights_for, wording_of, wording_of_name


def mismatch(pack: PromptPack, choice: Choice, folder: Path) -> tuple[str, str]:
    """What does not go together of a pack and the steerer, in a sentence, and what helps; empty where they do.

    `folder` is the person's folder of packs.

    The built-in rules use any pack. Weights are known by what their file says of itself, a model elsewhere by its name.
    """
    trained_on = _trained_on(choice)
    name = Path(choice.model).name if _is_local(choice) else choice.model or choice.name
    if trained_on and trained_on != pack.wording:
        said = f"{name} was trained on the prompt pack {trained_on!r}, and {pack.name!r} is in use"
        return said, _remedy(trained_on, folder)
    if pack.fine_tuned and not trained_on and choice.provider is not None:
        known = weights_for(pack.wording)
        such = f" ({', '.join(known)} {'is' if len(known) == 1 else 'are'})" if known else ""
        said = f"{name} is not known to be trained on the prompt pack {pack.name!r}{such}"
        return said, _remedy("", folder)
    return "", ""


def mismatch_of(settings: Settings) -> tuple[str, str]:
    """`mismatch` of what is configured, and its remedy. Empty where they go together, or one cannot be used at all."""
    folder = packs_folder(settings.asked.user_file)
    try:
        pack = load_pack(settings.config.steering.prompt_pack, folder)
        choice = choose_role(settings.config, "steerer")
    except CodesteerError:
        return "", ""
    return mismatch(pack, choice, folder)


def pack_for(path: Path, folder: Path) -> str:
    """The pack that the weights in `path` were trained on, by its name; empty where any will do, or it is not here.

    `folder` is the person's folder of packs.
    """
    wanted = wording_of(path)
    return _pack_with(wanted, folder) if wanted else ""


def _pack_with(wording: str, folder: Path) -> str:
    return next(iter(_packs_with(wording, folder)), "")


def _packs_with(wording: str, folder: Path) -> list[str]:
    """The names of the packs with a wording, the one that is called by the usual name first."""
    names = [listed.name for listed in list_packs(folder) if listed.pack and listed.pack.wording == wording]
    return sorted(names, key=lambda name: name != NAME)


def _is_local(choice: Choice) -> bool:
    return choice.provider is not None and choice.provider.kind == "llama_cpp"


def _trained_on(choice: Choice) -> str:
    """The wording that the model of a choice was trained on; empty where any will do."""
    if choice.provider is None:
        return ""
    return wording_of(Path(choice.model)) if _is_local(choice) else wording_of_name(choice.model)


def _remedy(wanted: str, folder: Path) -> str:
    """What helps: the pack that the weights were trained on, where it is there, or how to get it."""
    if not wanted:
        return (
            'choose another: [steering] prompt_pack = "default"; codesteer prompts list shows what there is'
        )
    if names := _packs_with(wanted, folder):
        others = f" ({', '.join(names[1:])} would do as well)" if len(names) > 1 else ""
        return f'use it: [steering] prompt_pack = "{names[0]}"{others}'
    return f'import it first: codesteer prompts import CHECKOUT; then [steering] prompt_pack = "{NAME}"'
