"""Reading answers as values: exact, without `eval`, in time that grows with their length only, raising nothing.

`answer` finds what to read in a model's text and turns the reading into a verdict; `numbers`, `lists`, `options`,
`strings` and `expression` read values. What cannot be read comes back as `answer.Unreadable`, which says why.
"""
