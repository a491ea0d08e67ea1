"""Bytes in use in a CPython process: blocks of pymalloc, and what the C library's malloc handed out.

pymalloc maps its arenas itself, so that the two never count one byte twice. In its place free-threaded interpreters,
and others with PYTHONMALLOC=mimalloc, have mimalloc, which does not tell: there all objects are measured, as for a graph.
"""
import _thread
import ctypes
import platform
import re
import sys

_process = ctypes.CDLL(None)
_interpreter = ctypes.PyDLL(None)
_MEASURED_WITHIN = 25  # Seconds; the first reading takes two.


class _MallInfo2(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


def read():
    """The figures of this moment; `unseen` says in words what could not be read."""
    unseen = {}
    heap, native = None if _free_threaded() else _blocks(), _malloc(unseen)
    if heap is None:  # PYTHONMALLOC=malloc: everything is in the native figure.
        heap = _objects(unseen) if sys.getallocatedblocks() else 0
    return {"heap": heap, "native": native, "unseen": unseen}


def facts():
    """What the fingerprint of a run should tell of this interpreter."""
    name, version = platform.libc_ver()
    return {
        "runtime-version": "%s %s" % (sys.implementation.name, platform.python_version()),
        "gc": "free-threaded" if _free_threaded() else "reference counting",
        "allocator": ("%s %s" % (_foreign_allocator() or name or "libc", "" if _foreign_allocator() else version)).strip(),
    }


def _free_threaded():
    return "t" in sys.abiflags


def _objects(unseen):
    import plimsoll_graph

    told = plimsoll_graph.dump("/dev/null", _MEASURED_WITHIN, _thread.get_ident())
    if "error" in told:
        unseen["heap"] = told["error"]
    return told.get("bytes")


def _text_of(write):
    """What `write(FILE *)` writes."""
    _process.open_memstream.restype = ctypes.c_void_p
    _process.fclose.argtypes = [ctypes.c_void_p]
    _process.free.argtypes = [ctypes.c_void_p]
    text, size = ctypes.c_void_p(), ctypes.c_size_t()
    stream = _process.open_memstream(ctypes.byref(text), ctypes.byref(size))
    if not stream:
        return ""
    try:
        write(stream)
    finally:
        _process.fclose(stream)
        written = ctypes.string_at(text.value, size.value)
        _process.free(text.value)
    return written.decode("ascii", "replace")


def _blocks():
    """Bytes in allocated blocks, as `sys._debugmallocstats()` has them, without its way over stderr."""

    def write(stream):
        try:
            stats = _interpreter._PyObject_DebugMallocStats
        except AttributeError:
            _swap_stderr(stream)
            return
        stats.argtypes = [ctypes.c_void_p]
        stats(stream)

    found = re.search(r"# bytes in allocated blocks\s*=\s*([\d,]+)", _text_of(write))
    return int(found.group(1).replace(",", "")) if found else None


def _swap_stderr(stream):
    """For interpreters that hide the function: C's `stderr` points elsewhere while the interpreter lock is held."""
    stderr = ctypes.c_void_p.in_dll(_process, "stderr")
    original = stderr.value
    try:
        stderr.value = stream
        sys._debugmallocstats()
    finally:
        stderr.value = original


def _malloc(unseen):
    """Bytes that malloc handed out and has not got back."""
    foreign = _foreign_allocator()
    if foreign == "jemalloc" and hasattr(_process, "mallctl"):
        return _jemalloc()
    if foreign:
        unseen["native"] = "the allocator `%s` does not tell what is in use" % foreign
        return None
    if hasattr(_process, "mallinfo2"):
        _process.mallinfo2.restype = _MallInfo2
        info = _process.mallinfo2()
        return info.uordblks + info.hblkhd
    if hasattr(_process, "malloc_info"):  # mallinfo of older C libraries wraps around at 4 GiB.
        return _malloc_info(_text_of(lambda stream: _process.malloc_info(0, ctypes.c_void_p(stream))))
    unseen["native"] = "this C library does not tell what malloc has handed out"
    return None


def _malloc_info(text):
    total = text[text.rindex("</heap>"):]

    def size(pattern):
        found = re.search(pattern + r'[^>]*size="(\d+)"', total)
        return int(found.group(1)) if found else 0

    free = size(r'<total type="fast"') + size(r'<total type="rest"')
    return size(r'<system type="current"') - free + size(r'<total type="mmap"')


def _jemalloc():
    epoch, allocated = ctypes.c_uint64(1), ctypes.c_size_t()
    size = ctypes.c_size_t(8)
    _process.mallctl(b"epoch", ctypes.byref(epoch), ctypes.byref(size), ctypes.byref(epoch), ctypes.c_size_t(8))
    failed = _process.mallctl(b"stats.allocated", ctypes.byref(allocated), ctypes.byref(size), None, ctypes.c_size_t(0))
    return None if failed else allocated.value


def _foreign_allocator():
    with open("/proc/self/maps") as maps:
        text = maps.read()
    for name in ("jemalloc", "tcmalloc", "mimalloc"):
        if "/lib" + name in text:
            return name
    return None
