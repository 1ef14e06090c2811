import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
number = 56 if platform.machine() == "x86_64" else 220
pid = libc.syscall(ctypes.c_long(number), ctypes.c_ulong(0x10000000 | 17), 0, 0, 0, 0)
if pid == 0:
    os._exit(0)
print("refused" if pid < 0 else "root in a namespace")
