"""``python -m codesteer_tui`` is the ``codesteer`` command."""

from codesteer_tui.cli import main

if __name__ == "__main__":
    main()
