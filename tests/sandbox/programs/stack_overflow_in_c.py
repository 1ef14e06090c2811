print("go", flush=True)
rows = iter([])
for _ in range(500_000):
    rows = filter(None, rows)
list(rows)
