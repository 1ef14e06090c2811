"""The system-call filter that is put on a program on top of whatever the engine already forbids.

Why it exists though Docker has a profile of its own: older engines let through AF_VSOCK, which no network
namespace covers, and io_uring; Podman lets a program become root in a user namespace; and in the namespace box
there is no other filter. The filter is a deny list:
what is on it fails with an error number, everything else is left to the engine. Unknown architectures are
refused, never waved through.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from typing import NamedTuple

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_OFFSET_NR, _OFFSET_ARCH, _OFFSET_ARG0 = 0, 4, 16
_X32_BIT = 0x40000000
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_NEW_NAMESPACES = 0x7E020000
"""clone()'s flags for a new mount, cgroup, UTS, IPC, user, PID or network namespace; the call for a new time
namespace is unshare()."""


class _Arch(NamedTuple):
    audit: int
    column: int


_ARCHS = {"x86_64": _Arch(0xC000003E, 0), "aarch64": _Arch(0xC00000B7, 1)}

# name -> (number on x86_64, number on aarch64); None where the architecture has no such call.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fork": (57, None),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pivot_root": (155, 41),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "semget": (64, 190),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "shmget": (29, 194),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vfork": (58, None),
}

ALWAYS_DENIED = """
    add_key bpf io_uring_enter io_uring_register io_uring_setup kcmp kexec_file_load kexec_load keyctl
    perf_event_open pidfd_getfd pidfd_open process_madvise process_mrelease process_vm_readv
    process_vm_writev ptrace request_key setns unshare userfaultfd
""".split()  # noqa: SIM905  (a list of forty quoted words is harder to read)
"""Calls denied (EPERM) in every box: ways to other processes, to kernel memory, or to wider kernel surface."""

SINGLE_PROCESS_DENIED = """
    acct adjtimex chroot clock_adjtime clock_settime delete_module fanotify_init finit_module fsconfig
    fsmount fsopen fspick init_module ioperm iopl lookup_dcookie memfd_create memfd_secret mount
    mount_setattr move_mount mq_open msgget name_to_handle_at open_by_handle_at open_tree personality
    pivot_root quotactl quotactl_fd reboot semget setdomainname sethostname settimeofday shmget swapoff
    swapon syslog umount2
""".split()  # noqa: SIM905
"""Further calls denied in the namespace box: what Docker's profile would deny, and memory that RLIMIT_AS
does not count (memfd, System V segments and queues)."""

_Instruction = tuple[int, int, int, int]


class UnsupportedMachine(Exception):
    """There is no filter for this architecture, so nothing may run here."""


def build(machine: str, *, single_process: bool) -> list[_Instruction]:
    """The filter for `machine` (as `platform.machine()` names it), as classic BPF instructions.

    With `single_process`, threads and forks fail with EAGAIN and sockets other than AF_UNIX with EPERM.

    Raises:
        UnsupportedMachine: the architecture is neither x86_64 nor aarch64.
    """
    arch = _ARCHS.get(machine)
    if arch is None:
        raise UnsupportedMachine(f"no system-call filter for the architecture {machine!r}")
    numbers = {name: both[arch.column] for name, both in NUMBERS.items()}
    filter_: list[_Instruction] = [
        (_LOAD, 0, 0, _OFFSET_ARCH),
        (_JUMP_EQ, 1, 0, arch.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _OFFSET_NR),
    ]
    if machine == "x86_64":
        filter_ += [(_JUMP_GE, 0, 1, _X32_BIT), _fail(errno.EPERM)]
    for name in [*ALWAYS_DENIED, *(SINGLE_PROCESS_DENIED if single_process else ())]:
        filter_ += _deny(numbers[name], errno.EPERM)
    # Limits of other processes are not the program's to change: only pid 0, itself.
    filter_ += _only_arg0(numbers["prlimit64"], (0,))
    families = (_AF_UNIX,) if single_process else (_AF_UNIX, _AF_INET, _AF_INET6)
    filter_ += _only_arg0(numbers["socket"], families) + _only_arg0(numbers["socketpair"], families)
    if single_process:
        for name in ("fork", "vfork", "clone"):
            filter_ += _deny(numbers[name], errno.EAGAIN)
    else:
        filter_ += _without_flags(numbers["clone"], _NEW_NAMESPACES)
    # Its flags are in memory, out of a filter's sight. ENOSYS makes the C library fall back to clone().
    filter_ += _deny(numbers["clone3"], errno.ENOSYS)
    return [*filter_, (_RETURN, 0, 0, _ALLOW)]


def install(*, single_process: bool) -> None:
    """Put the filter on this process, for good; children inherit it.

    Raises:
        UnsupportedMachine: there is no filter for this machine.
        OSError: the kernel refused it.
    """
    program = build(platform.machine(), single_process=single_process)
    raw = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))

    class FilterProgram(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    header = FilterProgram(len(program), ctypes.addressof(raw))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(header), 0, 0),
    ):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "the kernel refused the system-call filter")


def _fail(number: int) -> _Instruction:
    return (_RETURN, 0, 0, _ERROR | number)


def _deny(nr: int | None, error: int) -> list[_Instruction]:
    return [] if nr is None else [(_JUMP_EQ, 0, 1, nr), _fail(error)]


def _without_flags(nr: int | None, flags: int) -> list[_Instruction]:
    """Deny call `nr` where its first argument (the low 32 bits) has one of `flags`."""
    if nr is None:
        return []
    reload: _Instruction = (_LOAD, 0, 0, _OFFSET_NR)
    return [
        (_JUMP_EQ, 0, 4, nr),
        (_LOAD, 0, 0, _OFFSET_ARG0),
        (_JUMP_SET, 0, 1, flags),
        _fail(errno.EPERM),
        reload,
    ]


def _only_arg0(nr: int | None, allowed: tuple[int, ...]) -> list[_Instruction]:
    """Deny call `nr` unless its first argument (the low 32 bits, all the kernel looks at) is in `allowed`."""
    if nr is None:
        return []
    count = len(allowed)
    tests: list[_Instruction] = [(_JUMP_EQ, count - i, 0, value) for i, value in enumerate(allowed)]
    reload: _Instruction = (_LOAD, 0, 0, _OFFSET_NR)
    return [(_JUMP_EQ, 0, count + 3, nr), (_LOAD, 0, 0, _OFFSET_ARG0), *tests, _fail(errno.EPERM), reload]
