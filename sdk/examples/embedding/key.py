"""Prints the usable key of a provider, in this process: python3 key.py openai"""

import ctypes
import sys


class Text(ctypes.Structure):
    """A text of ours, which lives as long as the structure."""

    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_uint64)]


class KeyRequest(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("provider", Text),
        ("account", Text),
        ("refused", Text),
        ("valid_for_s", ctypes.c_int64),
        ("stop", ctypes.c_uint64),
    ]


class Shown(ctypes.Structure):
    """A text as the library shows it: not ended by a zero, so no c_char_p."""

    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_uint64)]

    def copied(self):
        return ctypes.string_at(self.data, self.size).decode() if self.size else ""


class Key(ctypes.Structure):
    # The rest isn't looked at.
    _fields_ = [("size", ctypes.c_uint32), ("kind", ctypes.c_uint32), ("key", Shown)]


class Fault(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_uint32),
        ("code", ctypes.c_int32),
        ("label", Shown),
        ("message", Shown),
        ("hint", Shown),
    ]


Receive = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(Key))
pindus = ctypes.CDLL("libpindus.so.1")
pindus.pindus_get_key.argtypes = [
    ctypes.c_uint64,
    ctypes.POINTER(KeyRequest),
    Receive,
    ctypes.c_void_p,
]
pindus.pindus_close.argtypes = [ctypes.c_uint64]


def check(code):
    if code == 0:
        return
    fault = Fault(size=ctypes.sizeof(Fault))
    pindus.pindus_last_fault(ctypes.byref(fault))
    sys.exit(f"{fault.label.copied()}: {fault.message.copied()}")


def key_of(provider):
    name = provider.encode()
    request = KeyRequest(size=ctypes.sizeof(KeyRequest), provider=Text(name, len(name)))
    found = []
    context = ctypes.c_uint64()
    check(pindus.pindus_open(None, ctypes.byref(context)))
    receive = Receive(lambda user, key: found.append(key.contents.key.copied()))
    check(pindus.pindus_get_key(context, ctypes.byref(request), receive, None))
    check(pindus.pindus_close(context))
    return found[0]


print(key_of(sys.argv[1]))
