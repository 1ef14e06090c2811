import os
import sys

reached = []
for pid in ("1", str(os.getppid())):
    for fd in range(32):
        for mode in (os.O_RDONLY, os.O_WRONLY):
            try:
                os.write(os.open(f"/proc/{pid}/fd/{fd}", mode), b"R\x00\x00\x00\x02{}")
                reached.append(fd)
            except OSError:
                pass
print("reached", reached)
sys.exit(6)
