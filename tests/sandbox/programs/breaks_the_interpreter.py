import ctypes

print("go", flush=True)
for thing in ((), "", 0, 1, object):
    ctypes.c_long.from_address(id(thing)).value = 1
