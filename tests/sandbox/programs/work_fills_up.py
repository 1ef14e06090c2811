try:
    for number in range(10_000):
        with open(f"part{number}", "wb", buffering=0) as file:
            while file.tell() < 1 << 20:
                file.write(b"\x00" * (1 << 16))
except OSError as error:
    print("stopped by errno", error.errno)
