import os
import sys

reached = []
for fd in range(3, 2048):
    try:
        os.write(fd, b"R\x00\x00\x00\x02{}")
        reached.append(fd)
    except OSError:
        pass
print("reached", reached)
sys.exit(4)
