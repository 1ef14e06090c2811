import os

pid = os.fork()
if pid == 0:
    kept = []
    while True:
        kept.append(bytearray(b"\x01") * (8 << 20))
_, status = os.waitpid(pid, 0)
print("child ended by signal", os.WTERMSIG(status))
