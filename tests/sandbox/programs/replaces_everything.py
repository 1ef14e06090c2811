import builtins
import json
import os
import struct
import sys

print("first")
builtins.print = lambda *_, **__: None
os._exit = lambda code: None
os.write = lambda *_: 0
json.dumps = lambda *_, **__: "{}"
struct.pack = lambda *_: b""
leave, sys.exit = sys.exit, lambda code=0: None
print("second")
sys.exit(0)
leave(9)
