"""Writes the object graph of a CPython process in the format `PLIMPY1`.

The process is forked; the child walks the frozen copy and ends, so that the service stands still for the fork
only. Names of modules, classes, attributes and variables are written; never a value.
"""
import _contextvars
import _io
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
from plimsoll_classes import INLINE_VALUES, extends, flags_of, is_a, members_of, reader_of_attributes, space_of
from plimsoll_kinds import held_by_instance, instance_namer, kinds_of_calls, known_kinds
from plimsoll_kinds import name_of_code, names_of_functions
from plimsoll_sizes import measure_of, measure_with_values

_NO_COUNT = 2**64 - 1
_NAMED_AT_MOST = 3000000
_TYPES_AT_MOST = 20000  # From there on calls and functions are told by their kind alone.
_LAYOUTS_KEPT = 256
_TEXTS_IN_PARTS = sys.version_info < (3, 12)
_JOINED_AT_MOST = 1 << 19  # To join more would give the interpreter lock up.
_FAMILY_FROM = 16
_DRAWN_FROM = 8  # Characters: of fewer are words and versions.
_HEARD = b"+"
_HEARD_WITHIN = 2  # Seconds.
_OWN = tuple("plimsoll_" + part for part in ("agent", "classes", "figures", "fork", "graph", "kinds", "sizes"))

# The functions of `struct` would keep their layouts in a dict of the service.
_END = struct.Struct("<BQQQQQ")
_TYPE = _NAME = struct.Struct("<BIH")
_ROOT = struct.Struct("<BQH")


def dump(path, seconds, agent):
    """Dumps to `path` within `seconds`. `agent` is the identity of the calling thread, which is left out.

    Tells the `pause` in seconds and the `bytes` of all objects.
    """
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + seconds
    began = time.perf_counter()
    gc.collect()
    pause = time.perf_counter() - began
    try:
        for bare in (True, True, True, False):
            text, forking = _dump_in_child(target, deadline, agent, bare)
            pause += forking
            if text:
                break
    finally:
        os.close(target)
    if not text.startswith(_HEARD + b"done "):
        text = text.lstrip(_HEARD).decode("utf-8", "replace")
        return {"error": text or "the child was killed or did not end in time"}
    return {"pause": pause, "bytes": int(text[len(_HEARD) + 5:])}


def _dump_in_child(target, deadline, agent, bare):
    """What a child says, nothing if it was not heard of, and for how many seconds all threads stood still."""
    answer, answering = os.pipe()
    child, forking = plimsoll_fork.fork(bare)
    if child == 0:
        _in_child(target, answering, agent)
    os.close(answering)
    try:
        if child < 0:
            return b"the service could not be forked", forking
        return _until_end(answer, deadline, _HEARD_WITHIN if bare else float("inf")), forking
    finally:
        os.close(answer)
        if child > 0:
            _reap(child)


def _reap(child):
    try:
        os.kill(child, 9) if os.waitpid(child, os.WNOHANG) == (0, 0) else None
        os.waitpid(child, 0)
    except OSError:
        pass  # A service that waits for any child was quicker.


def _until_end(descriptor, deadline, patience):
    """All that is written; nothing if the first of it takes longer than `patience` in seconds."""
    text, until = b"", min(deadline, time.monotonic() + patience)
    while True:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN | select.POLLHUP)
        if not poll.poll(max(0, (until - time.monotonic()) * 1000)):
            return b"the deadline passed" if until == deadline else b""
        block = os.read(descriptor, 4096)
        if not block or len(text) > 4096:
            return text
        text, until = text + block, deadline


def _in_child(target, answering, agent):
    """Everything here happens in a copy of one thread; other threads are gone, and their locks may be held for ever."""
    try:
        plimsoll_fork.try_allocator()
        plimsoll_fork.write(answering, _HEARD)
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
    kinds = _extending(_io.StringIO)
    if kinds.isdisjoint(map(id, map(type, everything))):
        return False
    texts = [thing for thing in everything if id(type(thing)) in kinds]
    for text in texts:
        try:
            _io.StringIO.read(text, 0)
        except (ValueError, MemoryError):
            pass  # It is closed, or larger as one.
    return True


def _extending(kind):
    """Ids of a class and of all that extend it."""
    kinds = [kind]
    for kind in kinds:
        kinds += type.__subclasses__(kind)
    return set(map(id, kinds))


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
        self.running = {}
        self.parked = []
        self.postponed = []
        self.tasks = set()
        self.spaces = set()
        self.dicts = set()
        self.kinds = known_kinds()
        self.functions = {id(kind): name_of for kind, name_of in names_of_functions()}
        self.object = _Layouts(lambda count: "<BQIQQI%dQ" % count)
        self.named_edges = _Layouts(lambda count: "<BQI" + "QI" * count)
        self.objects = self.references = self.bytes = self.roots = 0

    def run(self, everything):
        if INLINE_VALUES:
            dicts = [thing for thing in everything if type(thing) is dict]
            self.dicts.update(map(id, dicts))
            # Since 3.14 the collector knows the dict of interned strings, which owns none of them.
            known = sys.intern("interned by plimsoll")
            self.seen.update(id(thing) for thing in dicts if thing.get(known) is known)
        modules = [pair for pair in sys.modules.items() if type(pair[0]) is str and is_a(pair[1], types.ModuleType)]
        families = collections.defaultdict(list)
        for name, module in modules:
            if name in _OWN:
                self.leave_out(module)
            else:
                families[_family(name)].append((name, module))
        self.write(b"PLIMPY1\n")
        self.running = {id(frame): frame for frame in self.stacks()}
        for family, members in families.items():
            for name, module in members:
                self.root("module " + (family if len(members) >= _FAMILY_FROM else name), module)
        self.spaces.update(id(space_of(module)) for _, module in modules)
        self.walk([module for _, module in modules])
        self.tasks_alone(everything)
        frames, self.running = self.running, {}
        for frame in frames.values():
            self.root("frame " + name_of_code(frame.f_code, frame.f_globals), frame)
        self.frames.update(frames)
        self.seen.difference_update(frames)
        self.walk([*frames.values(), *self.threads()])
        postponed, self.postponed = self.postponed, None
        self.seen.difference_update(map(id, postponed))
        self.walk(postponed)
        self.others(everything)
        self.write(_END.pack(0, len(self.types), self.objects, self.references, self.bytes, self.roots))
        self.flush()

    def leave_out(self, module):
        own = [value for value in module.__dict__.values() if type(value) in (types.FunctionType, struct.Struct)]
        classes = [value for value in module.__dict__.values() if is_a(value, type)]
        for library in module.__dict__.values():
            if type(library) in (ctypes.CDLL, ctypes.PyDLL):
                attributes = vars(library)
                own += [library, attributes, *(value for value in attributes.values() if is_a(value, ctypes._CFuncPtr))]
                classes.append(attributes["_FuncPtr"])
        for kind in classes:
            own += [kind, *_parts_of_class(kind)]
        self.seen.update(map(id, [module, module.__dict__, *own]))

    def stacks(self):
        """Frames of calls that run, but for those of the agent, which are left out."""
        found = []
        for identity, frame in sys._current_frames().items():
            while frame is not None:
                if identity == self.agent:
                    self.seen.add(id(frame))
                else:
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

    def tasks_alone(self, everything):
        """Roots for the tasks that nobody holds but calls, and who will wake them up."""
        library = sys.modules.get("_asyncio")
        kind = space_of(library).get("Task") if is_a(library, types.ModuleType) else None
        kinds, calls = _extending(kind) if type(kind) is type else (), {id(row[0]) for row in kinds_of_calls()}
        left = [thing for thing in everything if id(type(thing)) in kinds and id(thing) not in self.seen]
        held = [gc.get_referents(task) for task in left]
        self.tasks.update(map(id, left))
        self.tasks.update(id(thing) for things in held for thing in things if type(thing) is _contextvars.Context)
        for task, things in zip(left, held):
            if id(task) not in self.seen:
                names = [self.functions[id(type(thing))](thing) for thing in things if id(type(thing)) in calls]
                self.root("task%s" % next(filter(None, names), " ?"), task)
                self.walk([task])

    def postpone(self, thing):
        """Whether it is not its turn yet."""
        if self.postponed is not None:
            self.postponed.append(thing)
        return self.postponed is not None

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
            if targets is None:
                continue  # It was postponed.
            ids = list(map(id, targets))
            if not spaces.isdisjoint(ids) and not is_a(thing, types.ModuleType):
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
        """Its number, and how its objects are measured, counted, followed and named: some by function."""
        key, function = id(kind), ""
        if id(kind) in self.functions:
            function = self.functions[id(kind)](thing)
            if (id(kind), function) not in self.types and len(self.types) >= _TYPES_AT_MOST:
                function = ""
            key = id(kind), function
            if key in self.types:
                return self.types[key]
        module, name = (type.__dict__[field].__get__(kind) for field in ("__module__", "__qualname__"))
        module = module if type(module) is str else "?"
        self.text(_TYPE, 1, len(self.types), text="%s.%s%s" % (module, name, function))
        line = type.__dict__["__mro__"].__get__(kind) or (kind,)  # A type that C code has not finished has none.
        rows = [row[1:] for row in self.kinds if extends(line, row[0])]
        length, held, namer = (next(filter(None, column), None) for column in zip(*rows, (None, None, None)))
        attributes = reader_of_attributes(kind, line)
        if attributes and held is None and flags_of(kind) & INLINE_VALUES:
            held = held_by_instance(attributes)
        namer = namer or instance_namer(line, attributes)
        measure = measure_of(kind, line)
        values = measure_with_values(kind, line, attributes, measure)
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


def _parts_of_class(kind):
    """What was made with it, and what its methods are."""
    parts = [part for part in gc.get_referents(kind) if is_a(part, dict) or type(part) is tuple]
    made = (types.FunctionType, types.GetSetDescriptorType, types.MemberDescriptorType)
    return parts + [member for member in members_of(kind).values() if type(member) in made]
