print("go", flush=True)
kept = []
while True:
    kept.append(bytearray(b"\x01") * (8 << 20))
