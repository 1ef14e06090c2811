"""Run an app until its first frame is painted; print the seconds since the process began, and what is imported.

Usage: `python first_frame.py codesteer|empty`
"""

from __future__ import annotations

import json
import sys
import time

BEGAN = time.perf_counter()
SLOW = ("openai", "anthropic", "docker", "llama_cpp")


def empty_app():
    from textual.app import App
    from textual.widgets import Footer, Header, Input, Markdown

    class Empty(App):
        def compose(self):
            yield Header()
            yield Markdown("# Hello")
            yield Input()
            yield Footer()

    return Empty()


def codesteer_app():
    from codesteer_tui.settings import load_settings
    from codesteer_tui.tui import app_alone

    return app_alone(load_settings({}, env={}))  # as the command does


def main() -> None:
    app = empty_app() if sys.argv[1] == "empty" else codesteer_app()
    painted: dict[str, object] = {}

    def first_frame() -> None:
        if not any(widget.region.area for widget in app.screen.walk_children()):
            app.call_later(lambda: app.call_after_refresh(first_frame))
            return
        painted["seconds"] = time.perf_counter() - BEGAN
        painted["slow"] = [name for name in SLOW if name in sys.modules]
        painted["modules"] = len(sys.modules)
        app.exit()

    app.call_later(lambda: app.call_after_refresh(first_frame))
    app.run(headless=True, size=(120, 40))
    print(json.dumps(painted))


if __name__ == "__main__":
    main()
