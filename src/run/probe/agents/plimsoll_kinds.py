"""What objects of a class hold, where the collector does not tell, and what that is called."""
import _contextvars
import _functools
import _thread
import collections
import functools
import gc
import sys
import types

from plimsoll_classes import COLLECTED, HEAP_TYPE, flags_of, generic_attributes, is_a, members_of, space_of

# Neither those that are made when they are asked for nor names, of which nearly all are other holders' as well.
_PARTS_OF_CODE = (
    ("co_consts", "co_linetable", "co_exceptiontable")
    if sys.version_info >= (3, 11)
    else ("co_consts", "co_code", "co_linetable" if sys.version_info >= (3, 10) else "co_lnotab")
)
_OPTIMIZED = 1
# Before 3.10 the collector tells. Free-threaded interpreters stop threads to hear of calls: the child has none to stop.
_ASKS_FOR_REGISTERED = sys.version_info >= (3, 10) and COLLECTED


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


def name_of_code(code, variables):
    return _in_module(variables, getattr(code, "co_qualname", code.co_name))


def _in_module(variables, name):
    module = dict.get(variables, "__name__")
    return "%s.%s" % (module if type(module) is str else "?", name)


def _name_of_call(code_of, call):
    """By its function, or before 3.11 its frame. One that has ended has neither."""
    code = code_of(call)
    for held in gc.get_referents(call):
        if type(held) is types.FunctionType and held.__code__ is code:
            return " " + name_of_code(code, held.__globals__)
        if type(held) is types.FrameType and held.f_code is code:
            return " " + name_of_code(code, held.f_globals)
    return ""


def _name_of_closure(function):
    """Of one that a call makes each time. The others are variables, which tell them apart."""
    name = _name_of_function(function)
    return name if "<locals>" in name else ""


def _name_of_method(method):
    return _name_of_function(method.__func__) if type(method.__func__) is types.FunctionType else ""


def _name_of_function(function):
    name = function.__qualname__
    return " " + _in_module(function.__globals__, name if type(name) is str else "?")


def _name_module(walk, module, ids, targets):
    space = space_of(module)
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


def instance_namer(line, attributes_of):
    slots = [
        (key, member)
        for base in line
        if flags_of(base) & HEAP_TYPE
        for key, member in members_of(base).items()
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


def _held_by_dict(walk, thing):
    if type(thing) is dict:
        return [*thing, *thing.values()]
    return gc.get_referents(thing) + list(dict.keys(thing))


def _held_by_module(walk, module):
    targets = gc.get_referents(module)
    if _ASKS_FOR_REGISTERED and module is sys.modules.get("atexit"):
        targets += _registered(space_of(module)["unregister"])
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
    if id(frame) in walk.running:
        return None  # An exception that somebody keeps refers to it. The turn of calls that run comes later.
    targets = gc.get_referents(frame)
    if id(frame) not in walk.frames:
        return targets
    if sys.version_info >= (3, 11) or not frame.f_code.co_flags & _OPTIMIZED:
        targets.extend(_locals(frame).values())
    # A variable is no owner of what a module holds as well.
    return [target for target in targets if id(target) not in walk.seen]


def _held_by_waker(walk, waker):
    """A task and its context do not belong to who will wake it up."""
    return [target for target in gc.get_referents(waker) if id(target) not in walk.tasks]


def held_by_instance(attributes_of):
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
        targets = gc.get_referents(thing) or list(filter(None, [generic_attributes(thing)]))
        frame = frame_of(thing)
        while frame is not None and id(frame) not in walk.frames and id(frame) not in walk.running:
            walk.frames.add(id(frame))
            targets.append(frame)
            if id(frame) not in walk.seen:
                walk.seen.add(id(frame))
                walk.parked.append(frame)
            frame = frame.f_back
        return targets

    return None, held, None


def _handle_kind():
    """Of what an event loop will call. It comes after the tasks, which do not belong to it, nor do their contexts."""

    def held(walk, handle):
        if walk.postpone(handle):
            return None
        targets = gc.get_referents(handle)
        return [target for target in targets if type(target) is not _contextvars.Context or id(target) not in walk.seen]

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


def kinds_of_calls():
    """Kinds of suspended calls, and what tells their code and frame."""
    kinds = (types.GeneratorType, "gi_"), (types.CoroutineType, "cr_"), (types.AsyncGeneratorType, "ag_")
    return [(kind, *(members_of(kind)[prefix + part].__get__ for part in ("code", "frame"))) for kind, prefix in kinds]


def names_of_functions():
    """Kinds of which each function makes another class in the graph, and what tells its name."""
    calls = [(kind, functools.partial(_name_of_call, code_of)) for kind, code_of, _ in kinds_of_calls()]
    return [*calls, (types.FunctionType, _name_of_closure), (types.MethodType, _name_of_method)]


def known_kinds():
    """Of a class and those that extend it: how many entries they have, what they refer to, how it is named."""
    return [
        (dict, dict.__len__, _held_by_dict, None),
        *((base, base.__len__, None, None) for base in (list, tuple, set, frozenset, collections.deque)),
        (types.ModuleType, None, _held_by_module, _name_module),
        (type, None, None, _name_class),
        (_thread._local, None, None, _name_local),
        (types.FrameType, None, _held_by_frame, _name_frame),
        (types.BuiltinMethodType, None, _held_by_waker, None),
        *((kind, None, None, _suspended_namer(frame_of)) for kind, _, frame_of in kinds_of_calls()),
        (types.FunctionType, None, None, _name_function),
        (types.CodeType, None, _held_by_code, None),
        _context_kind(),
        *_cache_kinds(),
        *_kinds_of_packages(),
    ]


def _kinds_of_packages():
    """The same for classes of packages, if the service has imported these."""
    packages = [
        # A task extends the future, which wakes up others.
        ("_asyncio", "Task", (), lambda: (None, lambda walk, task: gc.get_referents(task), None)),
        ("_asyncio", "Future", (), lambda: (None, _held_by_waker, None)),
        ("asyncio.events", "Handle", (), _handle_kind),
        ("uvloop.loop", "Handle", (), _handle_kind),
        ("uvloop.loop", "TimerHandle", (), _handle_kind),
        ("greenlet", "greenlet", ("gr_frame",), _greenlet_kind),
        ("numpy", "ndarray", ("base", "dtype", "flags", "flat", "size"), _array_kind),
    ]
    found = []
    for package, name, fields, make in packages:
        module = sys.modules.get(package)
        kind = space_of(module).get(name) if is_a(module, types.ModuleType) else None
        if type(kind) is type:
            members = [members_of(kind).get(field) for field in fields]
            if all(type(member) in (types.GetSetDescriptorType, types.MemberDescriptorType) for member in members):
                found.append((kind, *make(*(member.__get__ for member in members))))
    return found
