"""Plimsoll's agent in a CPython process: one thread behind a unix socket `python.PID.sock`.

One line in, one line of JSON out:
    collect              a full collection, then bytes in use: `heap` (pymalloc blocks), `native` (malloc)
    dump SECONDS PATH    the object graph, written by a forked child; `pause` in seconds is how long the service stood still
    facts                implementation, version, allocator
Nothing is printed, no Python thread object is made, and only C modules are imported at start: a later
`gevent.monkey.patch_all()` finds an untouched interpreter. Runs on CPython 3.8 and later.
"""
import _signal
import _socket
import _thread
import os
import sys
import time

# Taken now: a service may replace them later (gevent, eventlet).
_start_thread = _thread.start_new_thread
_thread_id = getattr(_thread, "get_native_id", lambda: 0)
_sleep = time.sleep
_clock = time.perf_counter

_folder = None
_listener = None
_running = None  # native id of the agent's thread
_warm = False


def start(folder):
    """Listens in `folder`, in this process and in every child that it forks."""
    global _folder
    if sys.implementation.name != "cpython" or not hasattr(os, "register_at_fork"):
        return
    _folder = folder
    _listen()
    os.register_at_fork(before=_pause, after_in_parent=_listen, after_in_child=_listen)


def _listen():
    global _listener
    try:
        path = os.path.join(_folder, "python.%d.sock" % os.getpid())
        try:
            os.unlink(path)
        except OSError:
            pass
        listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen(8)
        # Signals belong to the service's own threads.
        mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
        try:
            _start_thread(_serve, (listener,))
        finally:
            _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
        _listener = listener
    except BaseException:
        pass


def _pause():
    """Ends the thread before a fork: CPython warns of forks in processes that have several."""
    global _listener, _running
    try:
        listener, _listener = _listener, None
        if listener is None:
            return
        deadline = _clock() + 0.2
        while _running is None and _clock() < deadline:
            _sleep(0.0002)  # It was started a moment ago and has not said who it is.
        listener.shutdown(_socket.SHUT_RDWR)
        task = "/proc/self/task/%d" % (_running or 0)
        while os.path.exists(task) and _clock() < deadline:
            _sleep(0.0002)
        listener.close()
        _running = None
    except BaseException:
        pass


def _serve(listener):
    global _running
    _running = _thread_id()
    while True:
        try:
            descriptor, _ = listener._accept()
        except BaseException:
            return
        try:
            connection = _socket.socket(fileno=descriptor)
            try:
                connection.settimeout(5)
                request = b""
                while not request.endswith(b"\n") and len(request) < 8192:
                    block = connection.recv(8192)
                    if not block:
                        break
                    request += block
                connection.sendall(_answer(request.decode("utf-8", "surrogateescape").rstrip("\n")))
            finally:
                connection.close()
        except BaseException:
            pass


def _answer(request):
    import json

    try:
        verb, _, rest = request.partition(" ")
        if verb == "collect":
            answer = _collect()
        elif verb == "facts":
            answer = _facts()
        elif verb == "dump":
            seconds, _, path = rest.partition(" ")
            answer = _dump(path, float(seconds))
        else:
            answer = {"error": "unknown request"}
    except BaseException as error:
        answer = {"error": "%s: %s" % (type(error).__name__, error)}
    return json.dumps(answer).encode("ascii", "replace") + b"\n"


def _collect():
    global _warm
    import gc

    import plimsoll_figures

    if not _warm:  # The first reading loads what readings need; it must not look like growth.
        gc.collect()
        plimsoll_figures.read()
        _warm = True
    gc.collect()
    return plimsoll_figures.read()


def _facts():
    import plimsoll_figures

    return plimsoll_figures.facts()


def _dump(path, seconds):
    import plimsoll_graph

    return plimsoll_graph.dump(path, seconds, _thread.get_ident())
