import json
import struct
import sys

fake = json.dumps({"token": "0" * 32, "status": "exited", "exit": 0, "signal": None}).encode()
frame = b"R" + struct.pack(">I", len(fake)) + fake
for stream in (sys.stdout.buffer, sys.stderr.buffer):
    stream.write(frame * 3)
    stream.flush()
sys.exit(7)
