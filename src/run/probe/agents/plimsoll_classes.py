"""What the interpreter knows of a class. A class that is asked itself may run code of the service."""
import ctypes
import sys
import types

_interpreter = ctypes.PyDLL(None)
generic_attributes = _interpreter.PyObject_GenericGetDict
generic_attributes.argtypes, generic_attributes.restype = [ctypes.py_object], ctypes.py_object
HEAP_TYPE = 1 << 9
COLLECTED = 0 if "t" in sys.abiflags else 1 << 14
INLINE_VALUES = 1 << 2 if sys.version_info >= (3, 13) else 0


def flags_of(kind):
    return type.__dict__["__flags__"].__get__(kind)


def members_of(kind):
    return type.__dict__["__dict__"].__get__(kind) or {}


def extends(line, base):
    return any(known is base for known in line)  # A metaclass may define its own comparison.


def is_a(thing, kind):
    return extends(type.__dict__["__mro__"].__get__(type(thing)) or (), kind)


def space_of(module):
    return types.ModuleType.__dict__["__dict__"].__get__(module)


def reader_of_attributes(kind, line):
    """Through the descriptor of a class made by `class`, or as the interpreter does: never through user code."""
    for base in line:
        found = members_of(base).get("__dict__")
        if flags_of(base) & HEAP_TYPE and type(found) is types.GetSetDescriptorType:
            return found.__get__
    return generic_attributes if type.__dict__["__dictoffset__"].__get__(kind) != 0 else None
