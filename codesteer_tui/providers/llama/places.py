"""Where weights are kept, and what a name that is no file may have meant there."""

from __future__ import annotations

from pathlib import Path

LOCAL_CONTEXT = 8192
"""Tokens of context that weights are opened with where nothing else is set, or what they were trained for."""


def folder_of_weights(said: str) -> Path:
    """The folder that weights are pulled into: the one that is said, else `weights` in the user's data folder."""
    if said:
        return Path(said).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("codesteer")) / "weights"


def meant(model: str, folder: Path) -> Path | None:
    """The file in the folder of weights that a bare name probably means: the one that is called so, else the first
    whose name begins so; None for a path, and where there is none."""
    wanted = model.casefold().removesuffix(".gguf")
    if not wanted or "/" in model or "\\" in model:
        return None
    try:
        files = sorted(file for file in folder.glob("*.gguf") if file.is_file())
    except OSError:
        return None
    near = [file for file in files if file.stem.casefold().startswith(wanted)]
    return min(near, key=lambda file: len(file.stem), default=None)
