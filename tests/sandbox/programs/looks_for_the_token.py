import gc
import os
import re
import sys

found = []


def look(place, value):
    if re.search(r"\b[0-9a-f]{32}\b", str(value)):
        found.append(place)


look("arguments", sys.argv)
look("original arguments", sys.orig_argv)
look("environment", dict(os.environ))
frame = sys._getframe()
while frame:
    for name, value in list(frame.f_locals.items()):
        if isinstance(value, (str, bytes, bytearray, memoryview)):
            look(f"frame {name}", value)
        elif isinstance(value, dict) and "token" in value:
            found.append(f"frame {name}")
    frame = frame.f_back
for thing in gc.get_objects():
    if isinstance(thing, dict) and isinstance(thing.get("token"), str):
        found.append("object")
print("found", found)
