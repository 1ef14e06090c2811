"""What a program's syntax tree says: names, data flow, effects. Read only; nothing of it is ever run."""
