"""A fork of a CPython process at a moment when no thread of it changes an object, and what the child may do.

With the interpreter lock it is enough to hold that. The child has one thread, but the lock remembers those that
waited for it: to hand it to one that asked, or to wake one as it is given up, may last for ever there. So all are
made to ask late, and the child never gives it up: it writes through here, not through `os`.

A free-threaded interpreter stops all threads while its collector visits objects, and starts them again after it, in
the child as well, where they are merely remembered.

What libraries want to run around a fork would run in the service, and in the child: gRPC starts threads in both. A
`bare` fork runs none of it, but neither does it wait for the lock of the allocator, which a thread that does not need
the interpreter may hold. So the child tries that first, and whoever does not hear of it forks again.
"""
import ctypes
import gc
import os
import sys
import time

_interpreter = ctypes.PyDLL(None, use_errno=True)  # Keeps the lock. `os.fork` would run what the service wants to run.
_interpreter.write.argtypes = ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t
_process = ctypes.CDLL(None)  # Gives it up. `time.sleep` may be another package's.
_ASKED_AFTER = 0.1  # Seconds: longer than forks take. Meanwhile threads wait for each other so long.
_ASKED_WITHIN = 50000  # Microseconds.
_CLOSE_RANGE = 436
_INTERRUPTED = 4
_Visit = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def fork(bare):
    """What fork(2) returns: 0 in the child, -1 where there is none; and for how many seconds all threads stood still."""
    locked = getattr(sys, "_is_gil_enabled", lambda: True)()
    fork = _bare_fork if bare else _interpreter.fork
    return _fork_with_lock(fork) if locked else _timed(lambda: _fork_in_visit(fork))


def _timed(fork):
    began = time.perf_counter()
    child = fork()
    return child, time.perf_counter() - began


_asked_after = None  # The service's own, while ours holds.


def _fork_with_lock(fork):
    global _asked_after
    _asked_after = sys.getswitchinterval()
    try:
        sys.setswitchinterval(max(_ASKED_AFTER, _asked_after))
        # Those that wait already have asked by then.
        _process.usleep(min(int(2e6 * _asked_after), _ASKED_WITHIN))
        return _timed(fork)
    finally:
        _restore()
        _asked_after = None


def _restore():
    """Also in what the service forks meanwhile."""
    if _asked_after is not None:
        sys.setswitchinterval(_asked_after)


os.register_at_fork(after_in_child=_restore)
# Since 2.34 of the C library.
_bare_fork = getattr(_interpreter, "_Fork", _interpreter.fork)
_tune_allocator = getattr(_interpreter, "mallopt", lambda option, value: None)
# A thread on its way to sleep may hold the lock of the list of those that sleep, for ever in the child. Hidden in some
# versions: then such a child ends at its deadline.
_forget_waiting = getattr(_interpreter, "_PyParkingLot_AfterFork", lambda: None)


def _fork_in_visit(fork):
    children = []

    def visit(thing, nothing):
        child = fork()
        if child == 0:
            _forget_waiting()
        children.append(child)
        return 0  # No further object.

    collects = gc.isenabled()
    gc.disable()  # One that began within the visit would wait for it.
    try:
        _interpreter.PyUnstable_GC_VisitObjects(_Visit(visit), None)
    finally:
        if collects:
            gc.enable()
    return children[0] if children else -1


def try_allocator():
    """In the child: returns unless a thread that is gone holds a lock of the allocator."""
    _interpreter.malloc(1 << 16)  # Of the arena of this thread.
    _tune_allocator(0, 0)  # No option, but what looks for it takes the lock of the first arena.


def detach(*kept):
    """In the child: it ends with the service, and holds none of its connections; only the `kept` stay open."""
    _interpreter.prctl(1, 9)
    edges = [2, *sorted(kept), 1 << 16]
    for low, high in zip(edges, edges[1:]):
        if _interpreter.syscall(_CLOSE_RANGE, low + 1, high - 1, 0):
            for descriptor in range(low + 1, high):
                _interpreter.close(descriptor)


def write(descriptor, block):
    """In the child: all of it."""
    while block:
        written = _interpreter.write(descriptor, block, len(block))
        error = ctypes.get_errno()
        if written < 0 and error != _INTERRUPTED:
            raise OSError(error, os.strerror(error))
        block = block[max(0, written):]
