# ruff: noqa: PTH109 - a probe tries what is not done
"""Probes: calls by which a process gains power over the machine. None of them does harm where it gets through.

Those that only a real administrator may make are given arguments that the kernel refuses *after* it has asked who calls:
another error than "not permitted" means that the call would have been carried out. A file of probes stands alone; see
`processes`.
"""

import ctypes
import errno
import mmap
import os

_libc = ctypes.CDLL(None, use_errno=True)
_IS_X86 = os.uname().machine == "x86_64"
_NEW = {"users": 0x10000000, "mounts": 0x20000, "network": 0x40000000, "processes": 0x20000000}
_REFUSED = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS})
_NUMBERS = {
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "fsopen": (430, 430), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "add_key": (248, 217), "keyctl": (250, 219),
    "personality": (135, 92), "adjtimex": (159, 171), "sethostname": (170, 161), "reboot": (169, 142),
    "swapon": (167, 224), "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104),
    "syslog": (103, 116), "setns": (308, 268), "fanotify_init": (300, 262), "memfd_create": (319, 279),
    "mlock": (149, 228), "quotactl": (179, 60),
}  # fmt: skip
_MODIFY_LDT, _IOPERM, _IOPL = 154, 173, 172


def _call(name, *arguments):
    """The result of a system call, or minus the error's number."""
    number = _NUMBERS[name][0 if _IS_X86 else 1] if isinstance(name, str) else name
    result = _libc.syscall(ctypes.c_long(number), *arguments)
    return -ctypes.get_errno() if result < 0 else result


def _only_x86(number, *arguments):
    """The result of a call that other machines do not have."""
    return _call(number, *arguments) if _IS_X86 else -errno.ENOSYS


def _said(result):
    name = errno.errorcode.get(-result, str(result)) if result < 0 else str(result)
    return f"{'held' if result < 0 else 'breached'} {name}"


def _heard(result):
    """For a call that cannot succeed: `breached` if it failed for another reason than that it is not permitted."""
    return f"{'held' if -result in _REFUSED else 'breached'} {errno.errorcode.get(-result, result)}"


def _tried(act):
    try:
        found = act()
    except OSError as error:
        return f"held {type(error).__name__} {error.errno}"
    return f"breached {found}" if found else "held"


def mount_memory(_files, _argument):
    return _said(_call("mount", b"tmpfs", os.getcwdb(), b"tmpfs", ctypes.c_ulong(0), None))


def mount_anew(_files, _argument):
    """By the newer calls, which older filters do not know."""
    return _said(_call("fsopen", b"tmpfs", ctypes.c_uint(0)))


def unmount(_files, _argument):
    return _heard(_call("umount2", b"/no/such/place", ctypes.c_int(2)))


def another_root(_files, _argument):
    return _tried(lambda: os.chroot(os.getcwd()) is None)


def swap_roots(_files, _argument):
    return _heard(_call("pivot_root", b"/no/such/place", b"/no/such/place"))


def _unshared(kind):
    return _said(-ctypes.get_errno() if _libc.unshare(ctypes.c_int(_NEW[kind])) else 0)


def new_users(_files, _argument):
    return _unshared("users")


def new_mounts(_files, _argument):
    return _unshared("mounts")


def new_network(_files, _argument):
    return _unshared("network")


def enter_namespaces(_files, _argument):
    """Through a descriptor that is none: the kernel looks at it only if it lets the call in."""
    return _heard(_call("setns", ctypes.c_int(-1), ctypes.c_int(0)))


def become_root(_files, _argument):
    def act():
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
        return os.getuid() == 0

    return _tried(act)


def be_root_already(_files, _argument):
    return _tried(lambda: os.geteuid() == 0 or os.getegid() == 0)


def have_capabilities(_files, _argument):
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    _libc.capget(header, data)
    return f"{'breached' if any(data) else 'held'} {[hex(word) for word in data]}"


def programs_in_the_kernel(_files, _argument):
    return _heard(_call("bpf", ctypes.c_int(0), None, ctypes.c_uint(0)))


def watch_performance(_files, _argument):
    attributes = (ctypes.c_uint32 * 32)(1, 128)
    attributes[10] = 0b1100000  # what the kernel does is left out
    return _said(_call("perf_event_open", attributes, ctypes.c_int(0), ctypes.c_int(-1), ctypes.c_int(-1), ctypes.c_ulong(0)))


def handle_page_faults(_files, _argument):
    return _said(_call("userfaultfd", ctypes.c_int(1)))


def keys(_files, _argument):
    return _said(_call("add_key", b"user", b"probe", b"x", ctypes.c_size_t(1), ctypes.c_int(-2)))


def keys_of_the_session(_files, _argument):
    return _heard(_call("keyctl", ctypes.c_int(0), ctypes.c_int(-3), ctypes.c_int(0)))


def type_into_a_terminal(_files, _argument):
    """A letter for whoever reads the terminal next. What is not a terminal says so, if the call gets through."""
    import fcntl

    read, write = os.pipe()
    try:
        fcntl.ioctl(read, 0x5412, b"x")
    except OSError as error:
        return _heard(-error.errno)
    finally:
        os.close(read)
        os.close(write)
    return "breached"


def addresses_that_do_not_vary(_files, _argument):
    return _said(_call("personality", ctypes.c_ulong(0x0040000)))


def set_the_clock(_files, _argument):
    """To what it is: its status is read, and the same one set."""
    timex = (ctypes.c_char * 256)()
    if _call("adjtimex", timex) < 0:
        return "held"
    ctypes.memmove(timex, (0x0010).to_bytes(4, "little"), 4)
    return _said(_call("adjtimex", timex))


def name_the_host(_files, _argument):
    return _said(_call("sethostname", b"probe", ctypes.c_size_t(5)))


def restart_the_machine(_files, _argument):
    """With a command that does not exist."""
    return _heard(_call("reboot", ctypes.c_uint(0xFEE1DEAD), ctypes.c_uint(672274793), ctypes.c_uint(0x1234), None))


def swap_to_a_file(_files, _argument):
    return _heard(_call("swapon", b"/no/such/file", ctypes.c_int(0)))


def module_for_the_kernel(_files, _argument):
    return _heard(_call("init_module", None, ctypes.c_ulong(0), None))


def module_from_a_file(_files, _argument):
    return _heard(_call("finit_module", ctypes.c_int(-1), b"", ctypes.c_int(0)))


def another_kernel(_files, _argument):
    return _heard(_call("kexec_load", ctypes.c_ulong(0), ctypes.c_ulong(0), None, ctypes.c_ulong(0x8000)))


def quotas(_files, _argument):
    return _heard(_call("quotactl", ctypes.c_uint(0x80000300), b"/no/such/device", ctypes.c_int(0), None))


def log_of_the_kernel(_files, _argument):
    return _said(_call("syslog", ctypes.c_int(10), None, ctypes.c_int(0)))


def watch_files_of_all(_files, _argument):
    return _said(_call("fanotify_init", ctypes.c_uint(0x200), ctypes.c_uint(0)))


def table_of_segments(_files, _argument):
    """Of this process alone, but a source of holes in kernels."""
    buffer = (ctypes.c_char * 64)()
    return _said(_only_x86(_MODIFY_LDT, ctypes.c_int(0), buffer, ctypes.c_ulong(64)))


def ports_of_the_machine(_files, _argument):
    return _said(_only_x86(_IOPERM, ctypes.c_ulong(0x80), ctypes.c_ulong(1), ctypes.c_int(0)))


def level_of_the_machine(_files, _argument):
    return _said(_only_x86(_IOPL, ctypes.c_uint(0)))


def memory_as_a_file(_files, _argument):
    return _said(_call("memfd_create", b"probe", ctypes.c_uint(0)))


def memory_that_stays(_files, _argument):
    """Memory that cannot be swapped out."""
    page = (ctypes.c_char * mmap.PAGESIZE)()
    return _said(_call("mlock", page, ctypes.c_size_t(mmap.PAGESIZE)))


def outlive_the_parent(_files, _argument):
    """Take back the order to die with the parent."""
    return _said(-ctypes.get_errno() if _libc.prctl(1, 0, 0, 0, 0) else 0)


def stay_undumpable(_files, _argument):
    """Change by whom this process may be looked at."""
    return _said(-ctypes.get_errno() if _libc.prctl(4, 1, 0, 0, 0) else 0)


def calls_of_another_machine(_files, _argument):
    """A call by the gate of 32-bit programs, whose numbers mean something else: 20 asks for the process's number there."""
    if not _IS_X86:
        return "held ENOSYS"
    private_anonymous, anywhere, nothing = 0x22, None, -1
    _libc.mmap.restype = ctypes.c_void_p
    rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    code = _libc.mmap(anywhere, ctypes.c_size_t(mmap.PAGESIZE), rights, private_anonymous, nothing, ctypes.c_long(0))
    if code == ctypes.c_void_p(-1).value:
        return f"held memory {errno.errorcode[ctypes.get_errno()]}"
    ctypes.memmove(code, b"\x53\xb8\x14\x00\x00\x00\xcd\x80\x5b\xc3", 10)
    found = ctypes.CFUNCTYPE(ctypes.c_int)(code)()
    return f"{'breached' if found == os.getpid() else 'held'} {found}"
