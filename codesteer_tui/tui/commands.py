"""What can be typed in the prompt in place of a problem: a line that begins with a slash."""

from __future__ import annotations

from typing import NamedTuple

from codesteer_tui.text import plain
from codesteer_tui.tui.words import cut
from codesteer_tui.values import Role


class Command(NamedTuple):
    """One command: its word, what follows it, and what it does. `role` is whom it gives to another player.

    `action` is the action of the app that it comes to, where it takes nothing; `needs` is whether something has to
    follow it.
    """

    word: str
    takes: str
    does: str
    role: Role | None = None
    action: str = ""
    needs: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("/task", "NAME", "give the TaskLLM's role to another model, from the next round", "task_llm"),
    Command("/steerer", "NAME", 'the same for the steerer; "rules" for the built-in rules', "steerer"),
    Command("/checker", "NAME", 'the same for the checker; "off" for none', "checker"),
    Command("/models", "", "show who plays which role, and who can"),
    Command("/mode", "MODE", "how you step in: auto, approve, manual or off", action="steering"),
    Command("/guide", "", "write or edit the guidance", action="guide"),
    Command("/hint", "TEXT", "a hint for the next round; after the end it makes one", action="guide"),
    Command("/tasks", "", "browse the SymBench tasks", action="tasks"),
    Command("/sessions", "", "list the recorded sessions", action="sessions"),
    Command("/new", "", "an empty prompt, and the examples", action="new"),
    Command("/find", "WORDS", "find words in all panes and rounds"),
    Command("/copy", "WHAT", "code, answer, output, guidance, check, problem, round or session", needs=True),
    Command("/export", "FILE", "write the session into a file: .md, .html, .txt or .jsonl"),
    Command("/edit", "", "write the problem in your editor", action="edit_prompt"),
    Command("/theme", "", "choose the colours; each is seen while you move", action="change_theme"),
    Command("/settings", "", "show the settings and where each comes from", action="settings"),
    Command("/weights", "", "the files of local models", action="weights"),
    Command("/help", "", "show the help", action="help"),
    Command("/quit", "", "leave the app", action="quit"),
)


class Typed(NamedTuple):
    """A command as it was typed, and what follows it; `command` is None where there is none of that name."""

    command: Command | None
    rest: str
    word: str = ""

    @property
    def hint(self) -> str:
        """What to say of a command that there is not."""
        return f"There is no command {cut(plain(self.word), 24)}. / lists those that there are."


ELSE_A_PROBLEM = "A problem that begins with a slash is sent with a blank before it."


def read_command(text: str) -> Typed | None:
    """The command that `text` is, or None where it is a problem: it does not begin with a slash."""
    if not text.startswith("/"):
        return None
    word, _, rest = text.strip().partition(" ")
    return Typed(command_of(word), rest.strip(), word)


def command_of(word: str) -> Command | None:
    """The command with this word."""
    return next((command for command in COMMANDS if command.word == word.lower()), None)
