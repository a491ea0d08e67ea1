"""Writes the object graph of a CPython process in the format `PLIMPY1`.

The process is forked with the interpreter lock held; the child walks the frozen copy and ends, so that the
service stands still for the fork only. Names of modules, classes, attributes and variables are written; never
a value.
"""
import ctypes
import gc
import os
import select
import struct
import sys
import time
import types

_interpreter = ctypes.PyDLL(None)
_process = ctypes.CDLL(None)
_attributes = _interpreter.PyObject_GenericGetDict
_attributes.argtypes, _attributes.restype = [ctypes.py_object], ctypes.py_object
_NO_COUNT = 2**64 - 1
_NAMED_AT_MOST = 3000000
_HEAP_TYPE = 1 << 9
_OWN = ("plimsoll_agent", "plimsoll_figures", "plimsoll_graph")


def dump(path, seconds, agent):
    """Dumps to `path` within `seconds`. `agent` is the identity of the calling thread, which is left out."""
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return {"error": "the object graph of a free-threaded interpreter cannot be frozen"}
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    answer, answering = os.pipe()
    began = time.perf_counter()
    gc.collect()
    child = _interpreter.fork()
    if child == 0:
        _in_child(target, answering, agent)
    pause = time.perf_counter() - began
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
    if text != b"done":
        return {"error": text.decode("utf-8", "replace") or "the child was killed or did not end in time"}
    return {"pause": pause}


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
        _process.prctl(1, 9)  # Ends with the service.
        keep = sorted((target, answering))
        edges = [2] + keep + [1 << 16]
        for low, high in zip(edges, edges[1:]):
            os.closerange(low + 1, high)  # Connections of the service must not stay open here.
        _Walk(target, agent).run()
        text = b"done"
    except BaseException as error:
        text = ("%s: %s" % (type(error).__name__, error)).encode("utf-8", "replace")[:1000]
    try:
        os.write(answering, text)
    finally:
        os._exit(0)


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
        self.spaces = set()
        self.objects = self.references = self.bytes = self.roots = 0

    def run(self):
        everything = gc.get_objects()
        modules = [(name, module) for name, module in list(sys.modules.items()) if _is(module, types.ModuleType)]
        for name, module in modules:
            if name in _OWN:
                self.leave_out(module)
        self.seen.update(map(id, (self, self.__dict__, self.seen, self.types, self.names, self.blocks, self.frames, self.spaces)))
        self.seen.update(map(id, (everything, modules, sys._getframe())))
        self.write(b"PLIMPY1\n")
        for name, module in modules:
            if name not in _OWN and type(name) is str:
                self.root("module " + name, module)
        self.spaces.update(id(_space(module)) for _, module in modules)
        self.walk([module for _, module in modules])
        self.walk(self.stacks() + self.threads())
        self.others(everything)
        self.write(
            struct.pack("<BQQQQQ", 0, len(self.types), self.objects, self.references, self.bytes, self.roots)
        )
        self.flush()

    def leave_out(self, module):
        self.seen.add(id(module))
        self.seen.add(id(module.__dict__))
        self.seen.update(id(value) for value in module.__dict__.values() if type(value) in (type, types.FunctionType))

    def stacks(self):
        found = []
        for identity, frame in sys._current_frames().items():
            while frame is not None:
                if identity == self.agent:
                    self.seen.add(id(frame))
                else:
                    code = frame.f_code
                    name = getattr(code, "co_qualname", code.co_name)
                    self.root("frame %s.%s" % (frame.f_globals.get("__name__", "?"), name), frame)
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
        seen, add, spaces = self.seen, self.seen.add, self.spaces
        referents, sizeof, pack = gc.get_referents, sys.getsizeof, struct.pack
        add(id(stack))
        while stack:
            thing = stack.pop()
            identity = id(thing)
            if identity in seen:
                continue
            add(identity)
            kind = type(thing)
            known = self.types.get(id(kind))  # By id: a metaclass may define its own hash.
            if known is None:
                known = self.types[id(kind)] = self.kind(kind)
            index, length, namer = known
            try:
                size = sizeof(thing)
            except BaseException:
                size = 0
            if kind is dict:
                targets = [*thing.keys(), *thing.values()]
            else:
                targets = referents(thing)
                if length is dict.__len__:
                    targets.extend(dict.keys(thing))
                elif identity in self.frames:
                    # A variable is no owner of what a module holds as well.
                    targets.extend(_locals(thing).values())
                    targets = [target for target in targets if id(target) not in seen]
            ids = list(map(id, targets))
            if not spaces.isdisjoint(ids) and not _is(thing, types.ModuleType):
                # Functions and frames refer to their module's namespace; the module alone owns it.
                targets = [target for target in targets if id(target) not in spaces]
                ids = list(map(id, targets))
            count = len(ids)
            entries = length(thing) if length else _NO_COUNT
            self.write(pack("<BQIQQI%dQ" % count, 2, identity, index, size, entries, count, *ids))
            self.objects += 1
            self.references += count
            self.bytes += size
            stack.extend(targets)
            if namer and self.named < _NAMED_AT_MOST:
                try:
                    namer(self, thing, ids, targets)
                except Exception:
                    pass  # Foreign descriptors may refuse; the object is there, unnamed.

    def kind(self, kind):
        module, name = (type.__dict__[field].__get__(kind) for field in ("__module__", "__qualname__"))
        module = module if type(module) is str else "?"
        self.text("<BIH", 1, len(self.types), text="%s.%s" % (module, name))
        line = type.__dict__["__mro__"].__get__(kind) or ()  # A type that C code has not finished has none.
        length = next((measure for base, measure in _LENGTHS if _extends(line, base)), None)
        return len(self.types), length, _namer(kind, line)

    def root(self, name, thing):
        self.text("<BQH", 3, id(thing), text=name)
        self.roots += 1

    def name(self, text):
        index = self.names.get(text)
        if index is None:
            index = self.names[text] = len(self.names)
            self.text("<BIH", 4, index, text=text)
        return index

    def space(self, space, pairs):
        """As `edges`, for a dict of attributes or variables: that it is no container is written even if it has none."""
        self.edges(space, pairs)
        if not pairs:
            self.write(struct.pack("<BQI", 5, space, 0))

    def edges(self, holder, pairs):
        named = [(id(value), self.name(key)) for key, value in pairs if type(key) is str]
        if named:
            self.named += len(named)
            flat = [number for pair in named for number in pair]
            self.write(struct.pack("<BQI" + "QI" * len(named), 5, holder, len(named), *flat))

    def text(self, layout, *numbers, text):
        encoded = text.encode("utf-8", "replace")[:65535]
        self.write(struct.pack(layout, *numbers, len(encoded)) + encoded)

    def write(self, block):
        self.blocks.append(block)
        self.size += len(block)
        if self.size > 1 << 20:
            self.flush()

    def flush(self):
        block = memoryview(b"".join(self.blocks))
        del self.blocks[:]
        self.size = 0
        while block:
            block = block[os.write(self.target, block):]


def _made_by_class(kind):
    return type.__dict__["__flags__"].__get__(kind) & _HEAP_TYPE


def _is(thing, kind):
    return _extends(type.__dict__["__mro__"].__get__(type(thing)) or (), kind)


def _extends(line, base):
    return any(known is base for known in line)  # A metaclass may define its own comparison.


def _locals(frame):
    variables = frame.f_locals
    return {} if variables is frame.f_globals else dict(variables)


def _space(module):
    return types.ModuleType.__dict__["__dict__"].__get__(module)


def _name_module(walk, module, ids, targets):
    space = _space(module)
    walk.edges(id(space), list(space.items()))


def _name_class(walk, kind, ids, targets):
    space = gc.get_referents(type.__dict__["__dict__"].__get__(kind))[0]
    walk.edges(id(space), list(space.items()))


def _name_local(walk, local, ids, targets):
    for threads in targets:
        if type(threads) is dict:
            walk.space(id(threads), ())
            for space in list(threads.values()):
                if type(space) is dict:
                    walk.edges(id(space), list(space.items()))


def _name_frame(walk, frame, ids, targets):
    walk.edges(id(frame), list(_locals(frame).items()))


def _name_generator(walk, generator, ids, targets):
    frame = next((getattr(generator, name, None) for name in ("gi_frame", "cr_frame", "ag_frame") if hasattr(generator, name)), None)
    if frame is not None:
        walk.edges(id(generator), [(key, value) for key, value in _locals(frame).items() if id(value) in ids])


def _name_function(walk, function, ids, targets):
    cells = function.__closure__
    if cells:
        walk.edges(id(cells), list(zip(function.__code__.co_freevars, cells)))
    defaults = function.__defaults__
    if defaults and gc.is_tracked(defaults):  # Those that are only constants are not.
        code = function.__code__
        first = code.co_argcount - len(defaults)
        walk.edges(id(defaults), list(zip(code.co_varnames[first:code.co_argcount], defaults)))
    for space in targets:
        if type(space) is dict:
            _name_space_of_function(walk, function, space)


def _name_space_of_function(walk, function, space):
    # To ask a function for its attributes makes a dict where there is none: last.
    if space is not function.__globals__ and (space is function.__kwdefaults__ or space is function.__dict__):
        walk.space(id(space), list(space.items()))
    else:
        walk.edges(id(function), [("__globals__" if space is function.__globals__ else "__annotations__", space)])


def _instance_namer(kind, line):
    """Through the descriptors of classes made by `class`, or as the interpreter does: never through user code."""
    slots, space = [], None
    for base in line:
        members = type.__dict__["__dict__"].__get__(base)
        if not _made_by_class(base):
            continue
        found = members.get("__dict__")
        if space is None and type(found) is types.GetSetDescriptorType:
            space = found
        slots += [(key, member) for key, member in members.items() if type(member) is types.MemberDescriptorType]
    attributes_of = space.__get__ if space is not None else None
    if space is None and type.__dict__["__dictoffset__"].__get__(kind) != 0:
        attributes_of = _attributes
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
                    walk.space(id(attributes), list(attributes.items()))
        walk.edges(id(thing), [(key, value) for key, value in pairs if id(value) in ids])

    return name


def _namer(kind, line):
    for base, namer in _NAMERS:
        if _extends(line, base):
            return namer
    return _instance_namer(kind, line)


def _tables():
    import _thread
    from collections import deque

    lengths = [(base, base.__len__) for base in (dict, list, tuple, set, frozenset, deque)]
    namers = [
        (types.ModuleType, _name_module),
        (type, _name_class),
        (_thread._local, _name_local),
        (types.FrameType, _name_frame),
        (types.GeneratorType, _name_generator),
        (types.CoroutineType, _name_generator),
        (types.AsyncGeneratorType, _name_generator),
        (types.FunctionType, _name_function),
    ]
    return lengths, namers


_LENGTHS, _NAMERS = _tables()
