"""Whether the prompt pack in use is the one that the steerer's weights were trained on.

Another pack is no error: it works, only not as the weights were trained. So it is pointed out and nothing more.
"""

from __future__ import annotations

from pathlib import Path

from codesteer_tui.errors import CodesteerError
from codesteer_tui.providers.opening import Choice, choose_role
from codesteer_tui.settings import Settings
from codesteer_tui.steering.packs_there import packs_folder
from codesteer_tui.steering.prompts import PromptPack, load_pack
from codesteer_tui.weights.wording import weights_for, wording_of, wording_of_name


def mismatch(pack: PromptPack, choice: Choice) -> str:
    """What does not go together of a pack and the steerer, in a sentence; empty where they do.

    The built-in rules use any pack. Weights are known by what their file says of itself, a model elsewhere by its name.
    """
    if choice.provider is None:
        return ""
    local = choice.provider.kind == "llama_cpp"
    trained_on = wording_of(Path(choice.model)) if local else wording_of_name(choice.model)
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


def remedy_for(said: str, pack: PromptPack) -> str:
    """What helps against a mismatch; empty where there is none."""
    if not said:
        return ""
    if pack.fine_tuned:
        return (
            'choose another: [steering] prompt_pack = "default"; codesteer prompts list shows what there is'
        )
    return "import it once: codesteer prompts import CHECKOUT; then [steering] prompt_pack names it"


def mismatch_of(settings: Settings) -> tuple[str, str]:
    """`mismatch` of what is configured, and its remedy. Empty where they go together, or one cannot be used at all."""
    try:
        pack = load_pack(settings.config.steering.prompt_pack, packs_folder(settings.asked.user_file))
        said = mismatch(pack, choose_role(settings.config, "steerer"))
    except CodesteerError:
        return "", ""
    return said, remedy_for(said, pack)
