"""What the published judges accept, one module a task: the relation that they compute, flaws included.

Each module has `accepts(problem, text)`, where `text` is what stands between the last pair of markers. It says what
the published judge would say without the language model that tidied answers up first, and raises `Crash` where that
judge would have ended in an uncaught exception. Nothing of an answer is ever evaluated as code; where the published
judge does that, its outcome is worked out.
"""
