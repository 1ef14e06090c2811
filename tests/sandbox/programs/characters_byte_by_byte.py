import os
import time

for byte in "é€😀 done".encode():
    os.write(1, bytes([byte]))
    time.sleep(0.01)
