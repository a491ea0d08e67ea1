"""Writes the object graph of a CPython process in the format `PLIMPY1`.

The process is forked; the child walks the frozen copy and ends, so that the service stands still for the fork
only. Names of modules, classes, attributes and variables are written; never a value.
"""
import _contextvars
import _functools
import _io
import _thread
import collections
import ctypes
import gc
import os
import select
import struct
import sys
import time
import types

import plimsoll_fork

_interpreter = ctypes.PyDLL(None)
_attributes = _interpreter.PyObject_GenericGetDict
_attributes.argtypes, _attributes.restype = [ctypes.py_object], ctypes.py_object
_NO_COUNT = 2**64 - 1
_NAMED_AT_MOST = 3000000
_TYPES_AT_MOST = 20000  # From there on suspended calls are told by their kind alone.
_LAYOUTS_KEPT = 256
_TEXTS_IN_PARTS = sys.version_info < (3, 12)
_INLINE_VALUES = 1 << 2 if sys.version_info >= (3, 13) else 0
_MANAGED_DICT = 1 << 4 if sys.version_info >= (3, 11) else 0
_BEFORE_OBJECT = 3 << 3 if sys.version_info >= (3, 12) else 1 << 4 if sys.version_info >= (3, 11) else 0
# Neither those that are made when they are asked for nor names, of which nearly all are other holders' as well.
_PARTS_OF_CODE = (
    ("co_consts", "co_linetable", "co_exceptiontable")
    if sys.version_info >= (3, 11)
    else ("co_consts", "co_code", "co_linetable" if sys.version_info >= (3, 10) else "co_lnotab")
)
_OPTIMIZED = 1
_DICT = id(dict)
_HEAP_TYPE = 1 << 9
_COLLECTED = 0 if "t" in sys.abiflags else 1 << 14
# Before 3.10 the collector tells. Free-threaded interpreters stop threads to hear of calls: the child has none to stop.
_ASKS_FOR_REGISTERED = sys.version_info >= (3, 10) and _COLLECTED
_INSIDE = 16
_JOINED_AT_MOST = 1 << 19  # To join more would give the interpreter lock up.
_FAMILY_FROM = 16
_DRAWN_FROM = 8  # Characters: of fewer are words and versions.
_OWN = ("plimsoll_agent", "plimsoll_figures", "plimsoll_fork", "plimsoll_graph")

# The functions of `struct` would keep their layouts in a dict of the service.
_END = struct.Struct("<BQQQQQ")
_TYPE = _NAME = struct.Struct("<BIH")
_ROOT = struct.Struct("<BQH")


def dump(path, seconds, agent):
    """Dumps to `path` within `seconds`. `agent` is the identity of the calling thread, which is left out.

    Tells the `pause` in seconds and the `bytes` of all objects.
    """
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    answer, answering = os.pipe()
    began = time.perf_counter()
    gc.collect()
    pause = time.perf_counter() - began
    child, forking = plimsoll_fork.fork()
    if child == 0:
        _in_child(target, answering, agent)
    os.close(answering)
    os.close(target)
    if child < 0:
        os.close(answer)
        return {"error": "the service could not be forked"}
    try:
        text = _until_end(answer, time.monotonic() + seconds)
    finally:
        os.close(answer)
        try:
            os.kill(child, 9) if os.waitpid(child, os.WNOHANG) == (0, 0) else None
            os.waitpid(child, 0)
        except OSError:
            pass  # A service that waits for any child was quicker.
    if not text.startswith(b"done "):
        return {"error": text.decode("utf-8", "replace") or "the child was killed or did not end in time"}
    return {"pause": pause + forking, "bytes": int(text[5:])}


def _until_end(descriptor, deadline):
    text = b""
    while True:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN | select.POLLHUP)
        if not poll.poll(max(0, (deadline - time.monotonic()) * 1000)):
            return b"the deadline passed"
        block = os.read(descriptor, 4096)
        if not block or len(text) > 4096:
            return text
        text += block


def _in_child(target, answering, agent):
    """Everything here happens in a copy of one thread; other threads are gone, and their locks may be held for ever."""
    try:
        gc.disable()
        everything = gc.get_objects()  # First: nothing that is made here is among them.
        if _TEXTS_IN_PARTS and _settle_texts(everything):
            everything = None
            everything = gc.get_objects()
        plimsoll_fork.detach(target, answering)
        walk = _Walk(target, agent)
        walk.run(everything)
        text = b"done %d" % walk.bytes
    except BaseException as error:
        text = ("%s: %s" % (type(error).__name__, error)).encode("utf-8", "replace")[:1000]
    try:
        plimsoll_fork.write(answering, text)
    finally:
        os._exit(0)


def _settle_texts(everything):
    """What was written to a text and not yet read is in parts of which only the collector knows: makes it one."""
    kinds = [_io.StringIO]
    for kind in kinds:
        kinds += type.__subclasses__(kind)
    kinds = set(map(id, kinds))
    if kinds.isdisjoint(map(id, map(type, everything))):
        return False
    texts = [thing for thing in everything if id(type(thing)) in kinds]
    for text in texts:
        try:
            _io.StringIO.read(text, 0)
        except (ValueError, MemoryError):
            pass  # It is closed, or larger as one.
    return True


class _Walk:
    def __init__(self, target, agent):
        self.target = target
        self.agent = agent
        self.blocks = []
        self.size = 0
        self.types = {}
        self.names = {}
        self.seen = set()
        self.named = 0
        self.frames = set()
        self.parked = []
        self.spaces = set()
        self.dicts = set()
        self.kinds = _kinds() + _kinds_of_packages()
        self.calls = {id(kind): code_of for kind, code_of, _ in _calls()}
        self.object = _Layouts(lambda count: "<BQIQQI%dQ" % count)
        self.named_edges = _Layouts(lambda count: "<BQI" + "QI" * count)
        self.objects = self.references = self.bytes = self.roots = 0

    def run(self, everything):
        if _INLINE_VALUES:
            dicts = [thing for thing in everything if type(thing) is dict]
            self.dicts.update(map(id, dicts))
            # Since 3.14 the collector knows the dict of interned strings, which owns none of them.
            known = sys.intern("interned by plimsoll")
            self.seen.update(id(thing) for thing in dicts if thing.get(known) is known)
        modules = [pair for pair in sys.modules.items() if type(pair[0]) is str and _is(pair[1], types.ModuleType)]
        families = collections.defaultdict(list)
        for name, module in modules:
            if name in _OWN:
                self.leave_out(module)
            else:
                families[_family(name)].append((name, module))
        self.write(b"PLIMPY1\n")
        for family, members in families.items():
            for name, module in members:
                self.root("module " + (family if len(members) >= _FAMILY_FROM else name), module)
        self.spaces.update(id(_space(module)) for _, module in modules)
        self.walk([module for _, module in modules])
        self.walk(self.stacks() + self.threads())
        self.others(everything)
        self.write(_END.pack(0, len(self.types), self.objects, self.references, self.bytes, self.roots))
        self.flush()

    def leave_out(self, module):
        own = [value for value in module.__dict__.values() if type(value) in (types.FunctionType, struct.Struct)]
        classes = [value for value in module.__dict__.values() if _is(value, type)]
        for library in module.__dict__.values():
            if type(library) in (ctypes.CDLL, ctypes.PyDLL):
                attributes = vars(library)
                own += [library, attributes, *(value for value in attributes.values() if _is(value, ctypes._CFuncPtr))]
                classes.append(attributes["_FuncPtr"])
        for kind in classes:
            own += [kind, *_parts_of_class(kind)]
        self.seen.update(map(id, [module, module.__dict__, *own]))

    def stacks(self):
        found = []
        for identity, frame in sys._current_frames().items():
            while frame is not None:
                if identity == self.agent:
                    self.seen.add(id(frame))
                else:
                    self.root("frame " + _name_of_code(frame.f_code, frame.f_globals), frame)
                    self.frames.add(id(frame))
                    found.append(frame)
                frame = frame.f_back
        return found

    def threads(self):
        threading = sys.modules.get("threading")
        active = dict(getattr(threading, "_active", {}))
        found = [thread for identity, thread in active.items() if identity != self.agent]
        for thread in found:
            self.root("thread %s" % getattr(thread, "_name", "?"), thread)
        return found

    def others(self, everything):
        """Roots for what only the collector knows: those first that nothing else of the kind refers to."""
        left = [thing for thing in everything if id(thing) not in self.seen]
        self.seen.add(id(left))
        inner = set()
        for thing in left:
            inner.update(map(id, gc.get_referents(thing)))
        for thing in sorted(left, key=lambda thing: id(thing) in inner):
            if id(thing) not in self.seen:
                self.root("[other]", thing)
                self.walk([thing])

    def walk(self, stack):
        self.visit(stack)
        while self.parked:
            stack, self.parked = self.parked, []
            self.seen.difference_update(map(id, stack))
            self.visit(stack)

    def visit(self, stack):
        seen, add, spaces, known = self.seen, self.seen.add, self.spaces, self.types.get
        referents, write, layouts = gc.get_referents, self.write, self.object
        while stack:
            thing = stack.pop()
            identity = id(thing)
            if identity in seen:
                continue
            add(identity)
            kind = type(thing)
            # By id: a metaclass may define its own hash.
            index, measure, length, held, namer, values = known(id(kind)) or self.kind(kind, thing)
            try:
                targets = held(self, thing) if held else referents(thing)
            except Exception:
                targets = referents(thing)
            ids = list(map(id, targets))
            if not spaces.isdisjoint(ids) and not _is(thing, types.ModuleType):
                # Functions and frames refer to their module's namespace; the module alone owns it.
                targets = [target for target in targets if id(target) not in spaces]
                ids = list(map(id, targets))
            count = len(ids)
            try:
                size = values(thing, targets, ids) if values else measure(thing)
            except BaseException:
                size = 0
            entries = length(thing) if length else _NO_COUNT
            write(layouts[count](2, identity, index, size, entries, count, *ids))
            self.objects += 1
            self.references += count
            self.bytes += size
            stack.extend(targets)
            if namer and self.named < _NAMED_AT_MOST:
                try:
                    namer(self, thing, ids, targets)
                except Exception:
                    pass  # Foreign descriptors may refuse; the object is there, unnamed.

    def kind(self, kind, thing):
        """Its number, and how its objects are measured, counted, followed and named: suspended calls by function."""
        key, call = id(kind), ""
        if id(kind) in self.calls:
            call = _name_of_call(thing, self.calls[id(kind)](thing))
            if (id(kind), call) not in self.types and len(self.types) >= _TYPES_AT_MOST:
                call = ""
            key = id(kind), call
            if key in self.types:
                return self.types[key]
        module, name = (type.__dict__[field].__get__(kind) for field in ("__module__", "__qualname__"))
        module = module if type(module) is str else "?"
        self.text(_TYPE, 1, len(self.types), text="%s.%s%s" % (module, name, call))
        line = type.__dict__["__mro__"].__get__(kind) or (kind,)  # A type that C code has not finished has none.
        rows = [row[1:] for row in self.kinds if _extends(line, row[0])]
        length, held, namer = (next(filter(None, column), None) for column in zip(*rows, (None, None, None)))
        attributes = _attributes_of(kind, line)
        if attributes and held is None and _flags(kind) & _INLINE_VALUES:
            held = _held_by_instance(attributes)
        namer = namer or _instance_namer(line, attributes)
        measure = _measure(kind, line)
        values = _with_values(kind, line, attributes, measure)
        found = self.types[key] = len(self.types), measure, length, held, namer, values
        return found

    def root(self, name, thing):
        self.text(_ROOT, 3, id(thing), text=name)
        self.roots += 1

    def name(self, text):
        index = self.names.get(text)
        if index is None:
            index = self.names[text] = len(self.names)
            self.text(_NAME, 4, index, text=text)
        return index

    def space(self, space, pairs):
        """As `edges`, for a dict of attributes or variables: that it is no container is written even if it has none."""
        self.edges(space, pairs)
        if not pairs:
            self.write(self.named_edges[0](5, space, 0))

    def edges(self, holder, pairs):
        named = [(id(value), self.name(key)) for key, value in pairs if type(key) is str]
        if named:
            self.named += len(named)
            flat = [number for pair in named for number in pair]
            self.write(self.named_edges[len(named)](5, holder, len(named), *flat))

    def text(self, layout, *numbers, text):
        encoded = text.encode("utf-8", "replace")[:65535]
        self.write(layout.pack(*numbers, len(encoded)) + encoded)

    def write(self, block):
        if self.size + len(block) > _JOINED_AT_MOST:
            self.flush()
        self.blocks.append(block)
        self.size += len(block)

    def flush(self):
        plimsoll_fork.write(self.target, b"".join(self.blocks))
        del self.blocks[:]
        self.size = 0


class _Layouts(dict):
    """What writes so many numbers, by their count; that for many is not kept."""

    def __init__(self, form):
        self.form = form

    def __missing__(self, count):
        found = struct.Struct(self.form(count)).pack
        if count <= _LAYOUTS_KEPT:
            self[count] = found
        return found


def _family(name):
    """Of modules that a program makes and numbers, or calls by what it drew or computed."""
    for mark in ".-_":
        if mark in name:
            parts = name.split(mark)
            if list(map(len, parts[-4:])) == [4, 4, 4, 12]:  # The last of a UUID.
                parts[-5:] = ["".join(parts[-5:])]
            return mark.join(map(_family, parts))
    hexadecimal = not name.lower().strip("0123456789abcdef")
    stem = "" if hexadecimal and len(name) >= _DRAWN_FROM and not name.isalpha() else name.rstrip("0123456789")
    return name if stem == name else stem + "*"


def _flags(kind):
    return type.__dict__["__flags__"].__get__(kind)


def _members(kind):
    return type.__dict__["__dict__"].__get__(kind) or {}


def _is(thing, kind):
    return _extends(type.__dict__["__mro__"].__get__(type(thing)) or (), kind)


def _parts_of_class(kind):
    """What was made with it, and what its methods are."""
    parts = [part for part in gc.get_referents(kind) if _is(part, dict) or type(part) is tuple]
    made = (types.FunctionType, types.GetSetDescriptorType, types.MemberDescriptorType)
    return parts + [member for member in _members(kind).values() if type(member) in made]


def _extends(line, base):
    return any(known is base for known in line)  # A metaclass may define its own comparison.


def _locals(frame):
    variables = frame.f_locals
    of_interpreter = type(variables) is dict or frame.f_code.co_flags & _OPTIMIZED
    return dict(variables) if of_interpreter and variables is not frame.f_globals else {}


def _variables(frame, ids, targets):
    """By name; for those shared with inner functions there are also the cells, in the order of their names."""
    pairs = list(_locals(frame).items())
    shared = frame.f_code.co_cellvars + frame.f_code.co_freevars
    cells = [target for target in targets if type(target) is types.CellType]
    if len(cells) == len(shared):
        pairs += zip(shared, cells)
    return [pair for pair in pairs if id(pair[1]) in ids]


def _space(module):
    return types.ModuleType.__dict__["__dict__"].__get__(module)


def _name_of_code(code, variables):
    module = dict.get(variables, "__name__")
    return "%s.%s" % (module if type(module) is str else "?", getattr(code, "co_qualname", code.co_name))


def _name_of_call(call, code):
    """By its function, or before 3.11 its frame. One that has ended has neither."""
    for held in gc.get_referents(call):
        if type(held) is types.FunctionType and held.__code__ is code:
            return " " + _name_of_code(code, held.__globals__)
        if type(held) is types.FrameType and held.f_code is code:
            return " " + _name_of_code(code, held.f_globals)
    return ""


def _name_module(walk, module, ids, targets):
    space = _space(module)
    walk.edges(id(space), space.items())


def _name_class(walk, kind, ids, targets):
    space = gc.get_referents(type.__dict__["__dict__"].__get__(kind))[0]
    walk.edges(id(space), space.items())


def _name_local(walk, local, ids, targets):
    for threads in targets:
        if type(threads) is dict:
            walk.space(id(threads), ())
            for space in threads.values():
                if type(space) is dict:
                    walk.edges(id(space), space.items())


def _name_frame(walk, frame, ids, targets):
    walk.edges(id(frame), _variables(frame, ids, targets))


def _suspended_namer(frame_of):
    """Before 3.11 it refers to its frame, and that to the variables. To ask for these would make a dict of them."""
    if sys.version_info < (3, 11):
        return None

    def name(walk, thing, ids, targets):
        frame = frame_of(thing)
        if frame is not None:
            walk.edges(id(thing), _variables(frame, ids, targets))

    return name


def _name_function(walk, function, ids, targets):
    cells = function.__closure__
    if cells:
        walk.edges(id(cells), zip(function.__code__.co_freevars, cells))
    defaults = function.__defaults__
    if defaults and gc.is_tracked(defaults):  # Those that are only constants are not.
        code = function.__code__
        first = code.co_argcount - len(defaults)
        walk.edges(id(defaults), zip(code.co_varnames[first:code.co_argcount], defaults))
    for space in targets:
        if type(space) is dict:
            _name_space_of_function(walk, function, space)


def _name_space_of_function(walk, function, space):
    # To ask a function for its attributes makes a dict where there is none: last.
    if space is not function.__globals__ and (space is function.__kwdefaults__ or space is function.__dict__):
        walk.space(id(space), space.items())
    else:
        walk.edges(id(function), [("__globals__" if space is function.__globals__ else "__annotations__", space)])


def _attributes_of(kind, line):
    """Through the descriptor of a class made by `class`, or as the interpreter does: never through user code."""
    for base in line:
        found = _members(base).get("__dict__")
        if _flags(base) & _HEAP_TYPE and type(found) is types.GetSetDescriptorType:
            return found.__get__
    return _attributes if type.__dict__["__dictoffset__"].__get__(kind) != 0 else None


def _instance_namer(line, attributes_of):
    slots = [
        (key, member)
        for base in line
        if _flags(base) & _HEAP_TYPE
        for key, member in _members(base).items()
        if type(member) is types.MemberDescriptorType
    ]
    if attributes_of is None and not slots:
        return None

    def name(walk, thing, ids, targets):
        pairs = []
        for key, member in slots:
            try:
                pairs.append((key, member.__get__(thing)))
            except AttributeError:
                pass
        if attributes_of is not None:
            attributes = attributes_of(thing)
            if type(attributes) is dict:
                pairs += attributes.items()
                if id(attributes) in ids:
                    walk.space(id(attributes), attributes.items())
        walk.edges(id(thing), [(key, value) for key, value in pairs if id(value) in ids])

    return name


def _measure(kind, line):
    """What the first of its classes that is written in C says: it alone runs no user code and counts nothing else."""
    said = [(base, _members(base)["__sizeof__"]) for base in line if "__sizeof__" in _members(base)]
    in_c = (member for base, member in said if type(member) is types.MethodDescriptorType and not _compiled(base))
    member = next(in_c, object.__sizeof__)
    buffer = _buffer(line)
    if said and said[0][1] is member and not buffer:
        return sys.getsizeof
    header = 16 * (bool(_flags(kind) & _COLLECTED) + bool(_flags(kind) & _BEFORE_OBJECT))
    return lambda thing: member(thing) + header + (buffer(thing) if buffer else 0)


def _with_values(kind, line, attributes_of, measure):
    """Measures with values of attributes that are in no dict, of which `__sizeof__` tells nothing: for a class once."""
    made_by_class = all(base is object or _flags(base) & _HEAP_TYPE for base in line)
    if not _flags(kind) & (_INLINE_VALUES or _MANAGED_DICT) or not made_by_class or not _sized_alike(kind, line):
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
    says = (_members(base).get("__sizeof__") for base in line if base is not object)
    in_c = any(type(said) is types.MethodDescriptorType for said in says)
    return not in_c and type.__dict__["__itemsize__"].__get__(kind) == 0


def _size_of_values(kind, thing, attributes):
    """For as many as the latest objects of its class have room for, which a dict that was made a moment ago tells."""
    if object.__sizeof__(thing) > type.__dict__["__basicsize__"].__get__(kind):
        return 0  # Told already.
    room = sys.getsizeof(attributes) - sys.getsizeof({})
    places = room // 8
    return room + (8 + places + 7 & ~7 if _INLINE_VALUES else 2 + places + 7 & ~7)


def _buffer(line):
    """What measures memory that `__sizeof__` leaves out: of a text a byte a character at least."""
    text, data = _io.StringIO, ctypes.Array.__base__
    if _extends(line, text):
        closed = _members(text)["closed"].__get__
        return lambda thing: 0 if closed(thing) else text.seek(thing, 0, 2)
    if _extends(line, data):
        owner = _members(data)["_b_needsfree_"].__get__
        return lambda thing: ctypes.sizeof(thing) if owner(thing) and ctypes.sizeof(thing) > _INSIDE else 0
    return _pixels(line[0])


def _pixels(kind):
    """Of images of Pillow, where it allocated them. Their class is in no module."""
    if type.__dict__["__name__"].__get__(kind) != "ImagingCore":
        return None
    fields = [_members(kind).get(field) for field in ("size", "mode", "bands", "readonly")]
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
    return "__pyx_vtable__" in _members(kind) or "__reduce_cython__" in _members(kind)


def _held_by_dict(walk, thing):
    if type(thing) is dict:
        return [*thing, *thing.values()]
    return gc.get_referents(thing) + list(dict.keys(thing))


def _held_by_module(walk, module):
    targets = gc.get_referents(module)
    if _ASKS_FOR_REGISTERED and module is sys.modules.get("atexit"):
        targets += _registered(_space(module)["unregister"])
    return targets


class _Asked:
    """Equals nothing, and notes what it was compared with."""

    def __init__(self):
        self.others = []

    def __eq__(self, other):
        self.others.append(other)
        return False


def _registered(unregister):
    """What is to run at the end, up to the first whose class says what equals it, which would be the program's code."""
    asked = _Asked()
    sys.setprofile(_refuse)
    try:
        unregister(asked)
    except Exception:
        pass
    finally:
        sys.setprofile(None)
    return asked.others


def _refuse(frame, event, argument):
    if event == "call" and frame.f_code is not _Asked.__eq__.__code__:
        raise RuntimeError("code of the service was about to run")


def _held_by_code(walk, code):
    """The collector does not look into it."""
    return [getattr(code, field) for field in _PARTS_OF_CODE]


def _held_by_frame(walk, frame):
    targets = gc.get_referents(frame)
    if id(frame) not in walk.frames:
        return targets
    if sys.version_info >= (3, 11) or not frame.f_code.co_flags & _OPTIMIZED:
        targets.extend(_locals(frame).values())
    # A variable is no owner of what a module holds as well.
    return [target for target in targets if id(target) not in walk.seen]


def _held_by_instance(attributes_of):
    """The collector goes past the dict of attributes, if there is one, to the values."""

    def held(walk, thing):
        targets = gc.get_referents(thing)
        attributes = attributes_of(thing)
        if id(attributes) in walk.dicts:
            values = set(map(id, attributes.values()))
            targets = [target for target in targets if id(target) not in values and target is not attributes]
            targets.append(attributes)
        return targets

    return held


def _greenlet_kind(frame_of):
    """While it is suspended the collector does not look into it. Its frames come last, as those of threads do."""

    def held(walk, thing):
        targets = gc.get_referents(thing) or list(filter(None, [_attributes(thing)]))
        frame = frame_of(thing)
        while frame is not None and id(frame) not in walk.frames:
            walk.frames.add(id(frame))
            targets.append(frame)
            if id(frame) not in walk.seen:
                walk.seen.add(id(frame))
                walk.parked.append(frame)
            frame = frame.f_back
        return targets

    return None, held, None


def _cache_kinds():
    """With a bound it refers to all keys and results, and the links that its dict files under the keys to nothing."""
    sample = _functools._lru_cache_wrapper(int, 1, False, tuple)
    sample()
    link_kind = next(type(link) for space in gc.get_referents(sample) if type(space) is dict for link in space.values())
    results = {}

    def held(walk, cache):
        own, targets = [], gc.get_referents(cache)
        filed = [pair for space in targets if type(space) is dict for pair in space.items()]
        links = {id(key): id(link) for key, link in filed if type(link) is link_kind}
        rest = iter(targets)
        for target in rest:
            if id(target) in links:
                results[links[id(target)]] = [next(rest)]
            elif target is not link_kind:
                own.append(target)
        return own

    return [(type(sample), None, held, None), (link_kind, None, lambda walk, link: results.pop(id(link)), None)]


def _context_kind():
    """Of the values of context variables, each before its variable."""
    variable, context = _contextvars.ContextVar, _contextvars.Context()
    context.run(variable("").set, None)
    sample = gc.get_referents(gc.get_referents(context)[-1])[-1]

    def name(walk, node, ids, targets):
        pairs = zip(targets, targets[1:])
        walk.edges(id(node), [(key.name, value) for value, key in pairs if type(key) is variable])

    return type(sample), None, None, name


def _array_kind(base, dtype, flags, flat, size):
    """The collector does not look into arrays."""

    def held(walk, thing):
        targets = gc.get_referents(thing)
        under = base(thing)
        if under is not None:
            targets.append(under)
            walk.edges(id(thing), [("base", under)])
        if dtype(thing).kind == "O" and flags(thing).owndata:
            targets.extend(flat(thing))
        return targets

    return size, held, None


def _calls():
    """Kinds of suspended calls, and what tells their code and frame."""
    kinds = (types.GeneratorType, "gi_"), (types.CoroutineType, "cr_"), (types.AsyncGeneratorType, "ag_")
    return [(kind, *(_members(kind)[prefix + part].__get__ for part in ("code", "frame"))) for kind, prefix in kinds]


def _kinds():
    """Of a class and those that extend it: how many entries they have, what they refer to, how it is named."""
    return [
        (dict, dict.__len__, _held_by_dict, None),
        *((base, base.__len__, None, None) for base in (list, tuple, set, frozenset, collections.deque)),
        (types.ModuleType, None, _held_by_module, _name_module),
        (type, None, None, _name_class),
        (_thread._local, None, None, _name_local),
        (types.FrameType, None, _held_by_frame, _name_frame),
        *((kind, None, None, _suspended_namer(frame_of)) for kind, _, frame_of in _calls()),
        (types.FunctionType, None, None, _name_function),
        (types.CodeType, None, _held_by_code, None),
        _context_kind(),
        *_cache_kinds(),
    ]


def _kinds_of_packages():
    """The same for classes of packages, if the service has imported these."""
    packages = [
        ("greenlet", "greenlet", ("gr_frame",), _greenlet_kind),
        ("numpy", "ndarray", ("base", "dtype", "flags", "flat", "size"), _array_kind),
    ]
    found = []
    for package, name, fields, make in packages:
        module = sys.modules.get(package)
        kind = _space(module).get(name) if _is(module, types.ModuleType) else None
        if type(kind) is type:
            members = [_members(kind).get(field) for field in fields]
            if all(type(member) in (types.GetSetDescriptorType, types.MemberDescriptorType) for member in members):
                found.append((kind, *make(*(member.__get__ for member in members))))
    return found
