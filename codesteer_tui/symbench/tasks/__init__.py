"""One module a task, each with a `TASK`; listed in `codesteer_tui.symbench.registry`."""
