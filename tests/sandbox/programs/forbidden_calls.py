import ctypes
import errno
import platform

libc = ctypes.CDLL(None, use_errno=True)
intel = platform.machine() == "x86_64"
calls = {
    "ptrace": (101 if intel else 117, (16, 1, 0, 0)),
    "mount": (165 if intel else 40, (b"none", b"/work", b"tmpfs", 0, 0)),
    "umount2": (166 if intel else 39, (b"/work", 2)),
    "pivot_root": (155 if intel else 41, (b"/work", b"/work")),
    "chroot": (161 if intel else 51, (b"/work",)),
    "unshare": (272 if intel else 97, (0x10000000,)),
    "setns": (308 if intel else 268, (0, 0)),
    "bpf": (321 if intel else 280, (0, 0, 0)),
    "perf_event_open": (298 if intel else 241, (0, 0, -1, -1, 0)),
    "userfaultfd": (323 if intel else 282, (0,)),
    "io_uring_setup": (425, (1, b"\x00" * 120)),
    "keyctl": (250 if intel else 219, (0, -3, 0)),
    "add_key": (248 if intel else 217, (b"user", b"x", b"y", 1, -3)),
    "process_vm_readv": (310 if intel else 270, (1, 0, 0, 0, 0, 0)),
    "kcmp": (312 if intel else 272, (1, 1, 0, 0, 0)),
    "pidfd_open": (434, (1, 0)),
    "pidfd_getfd": (438, (0, 0, 0)),
    "fsopen": (430, (b"tmpfs", 0)),
    "open_tree": (428, (-100, b"/work", 1)),
    "move_mount": (429, (-100, b"/work", -100, b"/work", 0)),
    "init_module": (175 if intel else 105, (b"", 0, b"")),
    "kexec_load": (246 if intel else 104, (0, 0, 0, 0)),
    "open_by_handle_at": (304 if intel else 265, (-100, b"\x00" * 16, 0)),
    "reboot": (169 if intel else 142, (0xFEE1DEAD, 672274793, 0, 0)),
    "sethostname": (170 if intel else 161, (b"owned", 5)),
    "settimeofday": (164 if intel else 170, (b"\x00" * 16, 0)),
    "swapon": (167 if intel else 224, (b"/work/main.py", 0)),
}
refused = (errno.EPERM, errno.ENOSYS, errno.EACCES)
through = []
for name, (number, arguments) in calls.items():
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result >= 0 or ctypes.get_errno() not in refused:
        through.append((name, result, ctypes.get_errno()))
print("let through", through)
