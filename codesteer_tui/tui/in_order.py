"""Quick typing: keys that are read in one go act in their order."""

from __future__ import annotations

from textual.events import Key
from textual.widget import Widget


async def act_in_order(widget: Widget, event: Key) -> bool:
    """Do at once what the widget itself binds to a key; false where it binds nothing to it.

    Textual hands such a key up to the app and acts when that comes to it. What was typed behind the key is in the
    field by then, and Ctrl+U would delete it too.
    """
    for binding in widget._bindings.key_to_bindings.get(event.key, ()):
        if await widget.app.run_action(binding.action, widget):
            event.stop()
            event.prevent_default()
            return True
    return False


def hand_on(widget: Widget, event: Key) -> bool:
    """Give a key to where the focus has gone meanwhile; false where the widget has it.

    A key that was read together with the one that moved the focus still comes to where the focus was.
    """
    there = widget.screen.focused
    if there is None or there is widget:
        return False
    event.stop()
    event.prevent_default()
    there.post_message(Key(event.key, event.character))
    return True
