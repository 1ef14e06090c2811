"""Whether the prompt pack in use is the one that the steerer's weights were trained on.

Another pack is no error: it works, only not as the weights were trained. So it is pointed out and nothing more.
"""

from __future__ import annotations

from pathlib import Path

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.opening import Choice, choose_role
from codesteer_tui.settings import Settings
from codesteer_tui.steering.pack_import import NAME
from codesteer_tui.steering.packs_there import list_packs, packs_folder
from codesteer_tui.steering.prompts import PromptPack, load_pack
from codesteer_tui.weights.wording import weights_for, wording_of, wording_of_name


def mismatch(pack: PromptPack, choice: Choice) -> str:
    """What does not go together of a pack and the steerer, in a sentence; empty where they do.

    The built-in rules use any pack. Weights are known by what their file says of itself, a model elsewhere by its name.
    """
    if choice.provider is None:
        return ""
    trained_on = _trained_on(choice)
    local = choice.provider.kind == "llama_cpp"
    whom = Path(choice.model).name if local else choice.model or choice.name
    if trained_on and trained_on != pack.wording:
        return f"{whom} was trained on the prompt pack {trained_on!r}, and {pack.name!r} is in use"
    if pack.fine_tuned and not trained_on:
        known = ", ".join(weights_for(pack.wording))
        meant = f" ({known})" if known else ""
        return (
            f"the prompt pack {pack.name!r} is for weights that were trained on it{meant}, "
            f"and {whom} is not known to be"
        )
    return ""


def mismatch_of(settings: Settings) -> tuple[str, str]:
    """`mismatch` of what is configured, and its remedy. Empty where they go together, or one cannot be used at all."""
    folder = packs_folder(settings.asked.user_file)
    try:
        pack = load_pack(settings.config.steering.prompt_pack, folder)
        choice = choose_role(settings.config, "steerer")
    except CodesteerError:
        return "", ""
    said = mismatch(pack, choice)
    return said, _remedy(choice, folder) if said else ""


def _trained_on(choice: Choice) -> str:
    """The wording that the model of a choice was trained on; empty where any will do."""
    if choice.provider is None:
        return ""
    local = choice.provider.kind == "llama_cpp"
    return wording_of(Path(choice.model)) if local else wording_of_name(choice.model)


def _remedy(choice: Choice, folder: Path) -> str:
    """What helps: the pack that the weights were trained on, where it is there, or how to get it."""
    wanted = _trained_on(choice)
    if not wanted:
        return (
            'choose another: [steering] prompt_pack = "default"; codesteer prompts list shows what there is'
        )
    for listed in list_packs(folder):
        if listed.pack and listed.pack.wording == wanted:
            return f'use it: [steering] prompt_pack = "{listed.name}"'
    return f'import it first: codesteer prompts import CHECKOUT; then [steering] prompt_pack = "{NAME}"'
