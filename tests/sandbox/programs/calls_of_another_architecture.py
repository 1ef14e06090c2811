import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
through = []
for number in (101, 272, 308, 321, 165, 425):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(0x40000000 | number), 0, 0, 0, 0, 0)
    if result >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        through.append((number, result, ctypes.get_errno()))
print("let through", through)
