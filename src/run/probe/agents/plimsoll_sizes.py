"""Bytes of an object: what `sys.getsizeof` tells, without code of the service, and with what that leaves out."""
import _io
import ctypes
import sys
import types

from plimsoll_classes import COLLECTED, HEAP_TYPE, INLINE_VALUES, extends, flags_of, members_of

_MANAGED_DICT = 1 << 4 if sys.version_info >= (3, 11) else 0
_BEFORE_OBJECT = 3 << 3 if sys.version_info >= (3, 12) else 1 << 4 if sys.version_info >= (3, 11) else 0
_DICT = id(dict)
_INSIDE = 16


def measure_of(kind, line):
    """What the first of its classes that is written in C says: it alone runs no user code and counts nothing else."""
    said = [(base, members_of(base)["__sizeof__"]) for base in line if "__sizeof__" in members_of(base)]
    in_c = (member for base, member in said if type(member) is types.MethodDescriptorType and not _compiled(base))
    member = next(in_c, object.__sizeof__)
    buffer = _buffer(line)
    if said and said[0][1] is member and not buffer:
        return sys.getsizeof
    header = 16 * (bool(flags_of(kind) & COLLECTED) + bool(flags_of(kind) & _BEFORE_OBJECT))
    return lambda thing: member(thing) + header + (buffer(thing) if buffer else 0)


def measure_with_values(kind, line, attributes_of, measure):
    """Measures with values of attributes that are in no dict, of which `__sizeof__` tells nothing: for a class once."""
    made_by_class = all(base is object or flags_of(base) & HEAP_TYPE for base in line)
    if not flags_of(kind) & (INLINE_VALUES or _MANAGED_DICT) or not made_by_class or not _sized_alike(kind, line):
        return None
    size = with_values = 0

    def whole(thing, targets, ids):
        nonlocal size, with_values
        size = size or measure(thing)
        if _DICT in map(id, map(type, targets)) and id(attributes_of(thing)) in ids:
            return size
        with_values = with_values or size + _size_of_values(kind, thing, attributes_of(thing))
        return with_values

    return whole


def _sized_alike(kind, line):
    says = (members_of(base).get("__sizeof__") for base in line if base is not object)
    in_c = any(type(said) is types.MethodDescriptorType for said in says)
    return not in_c and type.__dict__["__itemsize__"].__get__(kind) == 0


def _size_of_values(kind, thing, attributes):
    """For as many as the latest objects of its class have room for, which a dict that was made a moment ago tells."""
    if object.__sizeof__(thing) > type.__dict__["__basicsize__"].__get__(kind):
        return 0  # Told already.
    room = sys.getsizeof(attributes) - sys.getsizeof({})
    places = room // 8
    return room + (8 + places + 7 & ~7 if INLINE_VALUES else 2 + places + 7 & ~7)


def _buffer(line):
    """What measures memory that `__sizeof__` leaves out: of a text a byte a character at least."""
    text, data = _io.StringIO, ctypes.Array.__base__
    if extends(line, text):
        closed = members_of(text)["closed"].__get__
        return lambda thing: 0 if closed(thing) else text.seek(thing, 0, 2)
    if extends(line, data):
        owner = members_of(data)["_b_needsfree_"].__get__
        return lambda thing: ctypes.sizeof(thing) if owner(thing) and ctypes.sizeof(thing) > _INSIDE else 0
    return _pixels(line[0])


def _pixels(kind):
    """Of images of Pillow, where it allocated them. Their class is in no module."""
    if type.__dict__["__name__"].__get__(kind) != "ImagingCore":
        return None
    fields = [members_of(kind).get(field) for field in ("size", "mode", "bands", "readonly")]
    kinds = types.GetSetDescriptorType, types.MemberDescriptorType
    if not all(any(type(field) is kind for kind in kinds) for field in fields):
        return None

    def measure(thing):
        (width, height), mode, bands, readonly = (field.__get__(thing) for field in fields)
        if type(mode) is not str or readonly or any(type(number) is not int for number in (width, height, bands)):
            return 0
        return width * height * (4 if bands > 1 or mode in ("I", "F") else 2 if mode.startswith("I;16") else 1)

    return measure


def _compiled(kind):
    """From Python code, whose methods may look like those written in C."""
    return "__pyx_vtable__" in members_of(kind) or "__reduce_cython__" in members_of(kind)
