"""What the tests know of each task, one module a task, with the task's module name; see `tests.symbench.case`."""
