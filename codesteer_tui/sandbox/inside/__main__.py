"""Start one box: `python3 -I FOLDER MODE`, where MODE is `container`, `namespaces` or `plain`.

The folder is loaded as a package without being put on `sys.path`, so that a program in the box cannot
import its parts by accident or shadow them.
"""

import importlib
import importlib.util
import os
import sys

_STARTERS = {"container": "runner", "namespaces": "nsbox", "plain": "plain"}
_LIBRARIES = "/opt/cs/site"
_WITH_LIBRARIES = {"CS_PRELOAD": "numpy", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""numpy is loaded before the fork; with threads of its own it could not be forked safely."""


def main() -> None:
    """Load the package from this folder and hand over to the mode's own `main`."""
    if len(sys.argv) != 2 or sys.argv[1] not in _STARTERS:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(_STARTERS)}")
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]
    if sys.argv[1] == "container" and os.path.isdir(_LIBRARIES):
        _offer_libraries()
    spec = importlib.util.spec_from_file_location(
        "codesteer_inside", os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    if spec is None or spec.loader is None:
        sys.exit(f"cannot load {here}")
    package = importlib.util.module_from_spec(spec)
    sys.modules["codesteer_inside"] = package
    spec.loader.exec_module(package)
    importlib.import_module("codesteer_inside." + _STARTERS[sys.argv[1]]).main()


def _offer_libraries() -> None:
    """Make the libraries of the image importable, whatever `-I` left out; an image may set the variables itself."""
    if _LIBRARIES not in sys.path:
        sys.path.append(_LIBRARIES)
    for name, value in _WITH_LIBRARIES.items():
        os.environ.setdefault(name, value)


main()
