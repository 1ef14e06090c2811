"""Answering a session's questions where nobody is there to be asked: by policy, and said on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codesteer_tui.cli.speaking import say

if TYPE_CHECKING:
    from codesteer_tui.values import Question, Reply


class Policy:
    """What is answered. `on_broken`: "stop", "retry", "continue" or None (once again, then stop); `over_limit`:
    "stop" or "send"."""

    def __init__(self, on_broken: str | None = None, over_limit: str = "stop") -> None:
        self.on_broken, self.over_limit = on_broken, over_limit
        self.refused = False
        """Whether programs were refused, and the remedy was said."""
        self._asked_again = False

    async def answer(self, question: Question) -> Reply:
        """Choose by the kind of the question."""
        from codesteer_tui.values import Reply

        match question.kind:
            case "run_with_reduced_isolation":
                choice = self._isolation(question)
            case "broken_stream":
                choice = self._broken(question)
            case "over_limit":
                choice = self._over(question)
            case "approve_code":
                choice = self._program(question)
            case "approve_guidance" | "write_guidance":
                choice = question.options[0]
        return Reply(choice, by="policy")

    def _isolation(self, question: Question) -> str:
        self.refused = True
        say("Programs of this model are not run: only reduced isolation works here, and nobody can be asked.")
        say("  → to allow them, add: --sandbox namespaces")
        return question.options[0]

    def _program(self, question: Question) -> str:
        if not self.refused:
            say(
                "Programs are not run: sandbox.approve_code has each one wait for a yes, and nobody can be asked."
            )
            say("  → run it in a terminal, or set CODESTEER_SANDBOX__APPROVE_CODE=false")
        self.refused = True
        return question.options[0]

    def _broken(self, question: Question) -> str:
        from codesteer_tui.steering.asking import AGAIN, GO_ON
        from codesteer_tui.steering.budget import STOP

        wanted = {"stop": STOP, "retry": AGAIN, "continue": GO_ON}.get(self.on_broken or "retry", STOP)
        if wanted == GO_ON and GO_ON not in question.options:
            wanted = AGAIN
        if self.on_broken is None and self._asked_again:
            wanted = STOP
        self._asked_again = True
        reason = question.detail.split("\n")[0]
        what = {STOP: "the run stops", AGAIN: "it is asked again", GO_ON: "the rest is asked for"}[wanted]
        say(f"A reply broke off in the middle ({reason.rstrip('.')}); {what}.")
        if wanted == STOP:
            say("  → to go on by itself, add: --on-broken continue")
        return wanted

    def _over(self, question: Question) -> str:
        from codesteer_tui.steering.budget import SEND, STOP

        say(question.text.removesuffix(" Send it?"))
        for line in question.detail.split("\n"):
            say(f"    {line}")
        if self.over_limit == "send":
            say("It is sent: --over-limit send")
            return SEND
        say("  → to send such calls all the same, add: --over-limit send")
        return STOP
