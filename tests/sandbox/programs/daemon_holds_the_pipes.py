import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(30)
        os.write(1, b"late\n")
    os._exit(0)
os.wait()
print("done")
