"""Solve symbolic problems with language models in the terminal, steered between code and text.

The public door for programs is :func:`codesteer_tui.sessions.open_session`; for people it is the
``codesteer`` command.
"""

__version__ = "0.1.0"
