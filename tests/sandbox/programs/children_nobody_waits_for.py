import os
import time

for _ in range(30):
    if os.fork() == 0:
        os._exit(1)
time.sleep(0.2)
print("thirty")
