"""What can be typed in the prompt in place of a problem: a line that begins with a slash."""

from __future__ import annotations

from typing import NamedTuple

from codesteer_tui.text import plain
from codesteer_tui.tui.words import cut
from codesteer_tui.values import Role


class Command(NamedTuple):
    """One command: its word, what follows it, and what it does. `role` is whom it gives to another player."""

    word: str
    takes: str
    does: str
    role: Role | None = None


COMMANDS: tuple[Command, ...] = (
    Command("/task", "NAME", "give the TaskLLM's role to another model, from the next round", "task_llm"),
    Command("/steerer", "NAME", 'the same for the steerer; "rules" for the built-in rules', "steerer"),
    Command("/checker", "NAME", 'the same for the checker; "off" for none', "checker"),
    Command("/models", "", "show who plays which role, and who can"),
    Command("/help", "", "show the help"),
)

WORDS = " ".join(command.word for command in COMMANDS)


class Typed(NamedTuple):
    """A command as it was typed, and what follows it; `command` is None where there is none of that name."""

    command: Command | None
    rest: str
    word: str = ""

    @property
    def hint(self) -> str:
        """What to say of a command that there is not."""
        return f"There is no command {cut(plain(self.word), 24)}. There are: {WORDS}."


ELSE_A_PROBLEM = "A problem that begins with a slash is sent with a blank before it."


def read_command(text: str) -> Typed | None:
    """The command that `text` is, or None where it is a problem: it does not begin with a slash."""
    if not text.startswith("/"):
        return None
    word, _, rest = text.strip().partition(" ")
    command = next((c for c in COMMANDS if c.word == word.lower()), None)
    return Typed(command, rest.strip(), word)
