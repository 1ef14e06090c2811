try:
    for number in range(10_000):
        with open(f"/tmp/{number}", "wb") as file:
            file.write(b"\x00" * (1 << 20))
except OSError as error:
    print("stopped by errno", error.errno)
