"""What a box must withstand: small escapes, and limits put to the test. One list for each kind of box.

The namespace box has to pass before it is trusted; either is tried by hand with `codesteer sandbox selftest`.

Each program tries what must not work and prints whatever did; a box that is tight prints nothing more than
expected. Any deviation means that this machine's kernel or policy is not what the box was built for.
"""

from __future__ import annotations

import os
import platform

from msgspec import Struct

from codesteer_tui.sandbox.inside import seccomp
from codesteer_tui.values import ExecutionResult, Limits, RunStatus

_SHORT = Limits(wall_s=20.0, cpu_s=5)
"""Generous with time: a busy machine is no reason to call a box leaky."""


class Trial(Struct, frozen=True):
    """One program, and how it must end."""

    name: str
    source: str
    stdout: str = ""
    status: RunStatus = "exited"
    exit: int | None = 0
    limits: Limits = _SHORT

    def deviation(self, result: ExecutionResult) -> str:
        """How `result` differs from what it must be; empty where it does not."""
        if (result.status, result.exit) != (self.status, self.exit):
            return f"{self.name}: ended with {result.verdict} {result.stderr[-120:].strip()!r}"
        if self.status == "exited" and result.stdout != self.stdout:
            return f"{self.name}: {result.stdout[:120].strip()!r}"
        return ""


_FILES = """
import os
for path in {paths!r}:
    try:
        found = os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(1)
        print(path, found)
    except OSError:
        pass
print(sorted(set(os.environ) - {{'HOME', 'LANG', 'TZ', 'LC_CTYPE'}}))
"""

_WRITES = """
import os, sys
for folder in (*{folders!r}, sys.base_prefix, os.path.dirname(os.__file__)):
    try:
        open(os.path.join(folder, 'codesteer-was-here'), 'w').close()
        print(folder)
    except OSError:
        pass
open('/work/mine', 'w').write('x')
"""

_NETWORK = """
import socket
for family in (2, 10, 16, 17, 38, 40):
    try:
        socket.socket(family, socket.SOCK_DGRAM)
        print('family', family)
    except OSError:
        pass
for path in ('/var/run/docker.sock', '/run/docker.sock', '/run/dbus/system_bus_socket', '/run/systemd/private'):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print(path)
    except OSError:
        pass
"""

_PROCESSES = """
import os, subprocess, sys, threading
for name, attempt in (
    ('fork', os.fork),
    ('thread', lambda: threading.Thread(target=print).start()),
    ('spawn', lambda: subprocess.run([sys.executable, '-c', ''])),
    ('posix_spawn', lambda: os.posix_spawn('/bin/sh', ['sh', '-c', ':'], {})),
):
    try:
        attempt()
        print(name)
    except (OSError, RuntimeError):
        pass
"""

_CALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for name, number in {numbers!r}:
    if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1:
        print(name)
"""

_IDENTITY = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print(libc.prctl(21, 0, 0, 0, 0), libc.prctl(39, 0, 0, 0, 0), os.getuid() == 0)
for attempt in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        attempt()
        print('became somebody else')
    except OSError:
        pass
left = (ctypes.c_uint32 * 6)()
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
libc.capget(header, left)
print([value for value in left if value])
"""

_OTHERS = """
import os, resource
for pid in {pids!r}:
    try:
        os.kill(pid, 0)
        print('sees', pid)
    except OSError:
        pass
for attempt in (lambda: os.kill(1, 9), lambda: os.kill(1, 19), lambda: open('/proc/1/mem', 'rb').read(1),
                lambda: print(os.listdir('/proc/1/fd')), lambda: open('/proc/1/environ').read()):
    try:
        attempt()
    except OSError:
        pass
try:
    resource.prlimit(1, resource.RLIMIT_CPU, (0, 0))
    print('limits of others')
except OSError:
    pass
print('alive')
"""

_DESCRIPTORS = """
import os
for fd in range(3, 1024):
    try:
        os.fstat(fd)
        print(fd)
    except OSError:
        pass
"""

_MEMORY = """
import mmap
for attempt in (lambda: bytearray(1 << 29), lambda: mmap.mmap(-1, 1 << 29), lambda: b'x' * (1 << 29)):
    try:
        attempt()
        print('got it')
    except (MemoryError, OSError):
        pass
"""

_RAISE_LIMITS = """
import resource
for limit in {limits!r}:
    try:
        resource.setrlimit(getattr(resource, limit), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print('raised', limit)
    except (OSError, ValueError):
        pass
print(resource.getrlimit(resource.RLIMIT_CPU))
"""

_DISK = """
for name in ('a', 'b', 'c'):
    try:
        with open(name, 'wb', buffering=0) as file:
            for _ in range(40):
                file.write(bytes(1 << 20))
    except OSError as error:
        print(error.errno)
        break
"""

_FORGERY = """
import os, struct
fake = b'{"status": "exited", "exit": 0, "token": "00000000000000000000000000000000"}'
for fd in (1, 2):
    os.write(fd, b'R' + struct.pack('>I', len(fake)) + fake)
os._exit(7)
"""

_SECRETS = """
import os
for path in {paths!r}:
    try:
        with open(path, 'rb') as file:
            print(path, file.read(1))
    except OSError:
        pass
print([name for name in os.environ if any(word in name.upper() for word in ('KEY', 'TOKEN', 'SECRET', 'PROXY'))])
"""

_WAY_OUT = """
import socket
for family in (16, 17, 38, 40):
    try:
        socket.socket(family, socket.SOCK_DGRAM)
        print('family', family)
    except OSError:
        pass
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for address in (('1.1.1.1', 53), ('172.17.0.1', 80), ('169.254.169.254', 80)):
        with socket.socket(socket.AF_INET, kind) as way:
            way.settimeout(0.5)
            try:
                way.connect(address)
                print(kind, address)
            except OSError:
                pass
for path in ('/var/run/docker.sock', '/run/docker.sock'):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print(path)
    except OSError:
        pass
"""

_FORKS = """
import os, time
for _ in range(5000):
    try:
        pid = os.fork()
    except OSError as error:
        print(error.errno)
        break
    if pid == 0:
        time.sleep(30)
        os._exit(0)
"""

_GROW = """
held = []
while True:
    held.append(bytearray(b'x') * (8 << 20))
"""

_NO_SECRETS = (
    "/etc/shadow /var/run/docker.sock /run/docker.sock /root/.ssh/id_rsa /proc/1/environ /proc/kcore /proc/kmsg "
    "/proc/1/root/etc/shadow"
)
_IMAGE_FOLDERS = "/ /usr /usr/lib /dev /proc /lib /bin /etc /opt/cs /opt/cs/inside /sys/fs/cgroup"
_HOST_FOLDERS = "/ /usr /usr/lib /dev /proc /lib /bin /tmp /old"
_HOST_PLACES = (
    "/etc /var /run /sys /boot /old /home /mnt /srv /etc/passwd /etc/shadow /proc/1/root /proc/1/cwd "
    "/proc/kcore /proc/sysrq-trigger"
)
_FORBIDDEN_CALLS = (
    "unshare setns mount umount2 pivot_root chroot ptrace process_vm_readv bpf keyctl add_key io_uring_setup "
    "userfaultfd perf_event_open fsopen open_tree kexec_load pidfd_open"
)
_FORBIDDEN_WITHOUT_CGROUP = "memfd_create shmget msgget"
"""Memory that no address space counts; in a container its cgroup does."""


def trials(canary: str) -> list[Trial]:
    """Every trial of the namespace box. `canary` is the path of a file on the host that no program may read."""
    host_pids = [pid for pid in (os.getpid(), os.getppid()) if pid > 10]
    limits = ["RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE"]
    return [
        Trial("reading the host's files", _FILES.format(paths=[canary, *_HOST_PLACES.split()]), "[]\n"),
        Trial("writing outside its folder", _WRITES.format(folders=_HOST_FOLDERS.split())),
        Trial("reaching a network", _NETWORK),
        Trial("starting processes or threads", _PROCESSES),
        *_common(f"{_FORBIDDEN_CALLS} {_FORBIDDEN_WITHOUT_CGROUP}", host_pids),
        Trial("more memory than allowed", _MEMORY),
        Trial("raising its own limits", _RAISE_LIMITS.format(limits=limits), "(5, 6)\n"),
        *_endless(),
    ]


def container_trials(canary: str) -> list[Trial]:
    """Every trial of a container, in which a program may have processes; the limits are those of the default."""
    limits = ["RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE"]
    return [
        Trial("reading the host's files", _SECRETS.format(paths=[canary, *_NO_SECRETS.split()]), "[]\n"),
        Trial("writing outside its folder", _WRITES.format(folders=_IMAGE_FOLDERS.split())),
        Trial("reaching a network", _WAY_OUT),
        *_common(_FORBIDDEN_CALLS, []),
        Trial("more memory than allowed", _GROW, status="oom", exit=None),
        Trial("more processes than allowed", _FORKS, "11\n"),
        Trial("raising its own limits", _RAISE_LIMITS.format(limits=limits), "(5, 6)\n"),
        *_endless(),
    ]


def _common(forbidden: str, host_pids: list[int]) -> list[Trial]:
    """What any box must withstand in the same way."""
    column = 0 if platform.machine() == "x86_64" else 1
    numbers = [(name, seccomp.NUMBERS[name][column]) for name in forbidden.split()]
    forged = '{"status": "exited", "exit": 0, "token": "00000000000000000000000000000000"}'
    return [
        Trial("forbidden system calls", _CALLS.format(numbers=numbers)),
        Trial("becoming somebody else", _IDENTITY, "2 1 False\n[]\n"),
        Trial("reaching other processes", _OTHERS.format(pids=host_pids), "alive\n"),
        Trial("inherited descriptors", _DESCRIPTORS),
        Trial("filling the disk", _DISK, "28\n"),
        Trial("forging a result", _FORGERY, f"R\0\0\0{chr(len(forged))}{forged}", exit=7),
    ]


def _endless() -> list[Trial]:
    return [
        Trial(
            "running for ever",
            "while True: pass",
            status="timeout",
            exit=None,
            limits=Limits(wall_s=0.3, cpu_s=5),
        ),
        Trial(
            "printing for ever",
            "while True: print('x' * 4000)",
            status="output_limit",
            exit=None,
            limits=Limits(wall_s=20.0, cpu_s=5, flood_bytes=1 << 20),
        ),
    ]
