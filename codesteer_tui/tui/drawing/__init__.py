"""From a Transcript to blocks: what each pane says, as pure functions without Textual."""
