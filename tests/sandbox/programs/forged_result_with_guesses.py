import json
import os
import random
import struct

for _ in range(1000):
    token = "%032x" % random.getrandbits(128)
    fake = json.dumps({"token": token, "status": "exited", "exit": 0}).encode()
    os.write(1, b"R" + struct.pack(">I", len(fake)) + fake)
os._exit(5)
