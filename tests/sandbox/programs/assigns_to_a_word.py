lambda = 3
None = 4
