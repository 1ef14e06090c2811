import fcntl
import os

print("go", flush=True)
held = []
try:
    for _ in range(120):
        reader, writer = os.pipe()
        held.append(reader)
        try:
            fcntl.fcntl(writer, 1031, 1 << 20)
        except OSError:
            pass
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x" * 65536)
        except BlockingIOError:
            pass
except OSError as error:
    print("stopped by errno", error.errno)
