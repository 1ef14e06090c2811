"""A box of Linux namespaces for machines without an engine: one process, no network, no files of the host.

Started as root it first becomes an ordinary user without a name. Then it unshares every namespace it can, makes a
small root of its own on a tmpfs with the interpreter's files read-only in it, and supervises the program there
with the same supervisor as a container has. What a container gets from cgroups is done by a single process
under RLIMIT_AS here: the program can neither fork nor start threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
from typing import NoReturn

from . import runner, seccomp

_NOBODY = 65534
_CLONE_NEWUSER, _CLONE_NEWNS, _CLONE_NEWPID = 0x10000000, 0x00020000, 0x20000000
_CLONE_NEWNET, _CLONE_NEWIPC, _CLONE_NEWUTS, _CLONE_NEWCGROUP = 0x40000000, 0x08000000, 0x04000000, 0x02000000
_ALL_NAMESPACES = (
    _CLONE_NEWUSER | _CLONE_NEWNS | _CLONE_NEWPID | _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWUTS
) | _CLONE_NEWCGROUP
_RDONLY, _NOSUID, _NODEV, _NOEXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _REC, _PRIVATE = 32, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_SYS_MOUNT_SETATTR = 442  # the same on x86_64 and aarch64
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
_EINVAL = 22
_DISK_BYTES = int(os.environ.pop("CS_DISK_BYTES", 64 << 20))
_TMPFS = f"size={_DISK_BYTES},nr_inodes=4096"
_DEVICES = ("null", "zero", "urandom", "random")

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Make the box and supervise one job in it; leaves with a reason on stderr where it cannot be made."""
    try:
        if os.getuid() == 0:
            _become_nobody()
        _leave_host()
        _make_root()
        _drop_capabilities()
    except OSError as error:
        os.write(2, f"refused: {error.strerror or error}\n".encode())
        os._exit(3)
    runner.supervise(runner.Box("/work", _confine, memory_by_rlimit=True))


def _confine() -> None:
    seccomp.install(single_process=True)


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    _check(
        _libc.mount(*words, ctypes.c_ulong(flags), data.encode() if data else None),
        f"mounting {target}",
    )


def _become_nobody() -> None:
    """Give root up for good, after making the interpreter's files reachable for whoever we become."""
    _make_reachable(os.path.realpath(sys.base_prefix))
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    # Changing the user made this process undumpable, and its /proc files, which we have to write, root's.
    _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def _make_reachable(prefix: str) -> None:
    """Where the interpreter lies below a folder that only root may enter, bind it below an open one.

    This happens in a mount namespace of our own: the host sees nothing of it.
    """
    closed = next((folder for folder in _ancestors(prefix) if not os.stat(folder).st_mode & 0o001), None)
    if closed is None:
        return
    _check(_libc.unshare(_CLONE_NEWNS), "unshare")
    _mount(None, "/", None, _REC | _PRIVATE)
    interpreter = os.open(prefix, os.O_PATH)
    _mount("none", closed, "tmpfs", _NOSUID | _NODEV, "mode=755,size=1m")
    os.makedirs(prefix, exist_ok=True)
    _mount(f"/proc/self/fd/{interpreter}", prefix, None, _BIND | _REC)
    os.close(interpreter)


def _ancestors(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: count + 1]) for count in range(len(parts) - 1)]


def _leave_host() -> None:
    """Unshare every namespace; what returns is PID 1 of the new ones, with our parent waiting outside."""
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(_ALL_NAMESPACES), "unshare")
    for name, line in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)
    hostname = b"sandbox"  # the host's own is nobody's business
    _check(_libc.sethostname(hostname, len(hostname)), "naming the box")
    pid = os.fork()
    if pid:
        _wait_outside(pid)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _wait_outside(pid: int) -> NoReturn:
    """Hold nothing but the wait for PID 1; when we are killed, the kernel kills it and all it has."""
    os.closerange(0, 2)
    os.closerange(3, 1024)
    _, status = os.waitpid(pid, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _make_root() -> None:
    """A read-only root with the interpreter, its libraries, four devices, /proc of our own, and /work."""
    _mount(None, "/", None, _REC | _PRIVATE)
    root = "/tmp"
    prefix = os.path.realpath(sys.base_prefix)
    # Opened before the new tmpfs covers it: the interpreter itself may lie below /tmp.
    sources = [(path, os.open(path, os.O_PATH)) for path in _folders_to_show(prefix)]
    _mount("none", root, "tmpfs", _NOSUID | _NODEV, f"{_TMPFS},mode=755")
    for link in ("/lib", "/lib64", "/bin"):
        if os.path.islink(link):
            os.symlink(os.readlink(link), root + link)
    for path, fd in sources:
        os.makedirs(root + path, exist_ok=True)
        _mount(f"/proc/self/fd/{fd}", root + path, None, _BIND | _REC)
        _seal(root + path)
        os.close(fd)
    for folder in ("/proc", "/dev", "/work", "/old"):
        os.makedirs(root + folder, exist_ok=True)
    for name in _DEVICES:
        with open(f"{root}/dev/{name}", "w"):
            _mount(f"/dev/{name}", f"{root}/dev/{name}", None, _BIND)
    _mount_proc(f"{root}/proc")
    os.chdir(root)
    _check(_libc.pivot_root(b".", b"old"), "pivot_root")
    os.chdir("/")
    _check(_libc.umount2(b"/old", _MNT_DETACH), "unmounting the host's root")
    os.rmdir("/old")
    _mount("none", "/work", "tmpfs", _NOSUID | _NODEV | _NOEXEC, f"{_TMPFS},mode=700")
    _mount(None, "/", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)
    os.chdir("/work")


def _folders_to_show(prefix: str) -> list[str]:
    """The system's libraries, and the interpreter's own folder where it is not among them."""
    folders = [
        path
        for path in ("/usr", "/lib", "/lib64", "/bin")
        if os.path.isdir(path) and not os.path.islink(path)
    ]
    if prefix.startswith("/nix/"):
        return [*folders, "/nix/store"]
    return folders if prefix.startswith("/usr") else [*folders, prefix]


def _seal(path: str) -> None:
    """Make a mount and all below it read-only, without devices and set-user-id programs."""
    attributes = struct.pack("QQQQ", _RDONLY | _NOSUID | _NODEV, 0, 0, 0)
    number = ctypes.c_long(_SYS_MOUNT_SETATTR)
    result = _libc.syscall(number, _AT_FDCWD, os.fsencode(path), _AT_RECURSIVE, attributes, len(attributes))
    _check(result, f"making {path} read-only (needs Linux 5.12)")


def _mount_proc(path: str) -> None:
    """A /proc of our own with processes only; none at all where the machine's own is partly hidden."""
    for options in ("subset=pid,hidepid=invisible", None):
        try:
            _mount("proc", path, "proc", _NOSUID | _NODEV | _NOEXEC | _RDONLY, options)
        except OSError:
            continue
        return


def _drop_capabilities() -> None:
    """Give up what being first in a user namespace brings; check that nothing is left."""
    for capability in range(_LAST_CAPABILITY + 1):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 and ctypes.get_errno() != _EINVAL:
            _check(-1, f"dropping capability {capability}")
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "dropping capabilities")
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    left = ctypes.create_string_buffer(24)
    _check(_libc.capget(header, left), "reading capabilities")
    if any(left.raw):
        raise OSError("capabilities are left")


if sys.platform != "linux":
    raise ImportError("the namespace box needs Linux")
