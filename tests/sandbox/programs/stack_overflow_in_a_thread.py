import threading

print("go", flush=True)
threading.stack_size(64 << 10)


def overflow():
    rows = iter([])
    for _ in range(500_000):
        rows = filter(None, rows)
    list(rows)


threading.Thread(target=overflow).start()
