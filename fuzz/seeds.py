#!/usr/bin/env python3
"""Writes small inputs for the fuzzers to start from into fuzz/corpus/TARGET/: one or a few per parser,
each with every kind of record its format has."""

import gzip
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent


def seed(target, name, content):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


class Hprof:
    def __init__(self, width, image):
        self.width, self.image, self.out, self.heap, self.names = width, image, bytearray(), bytearray(), 0
        self.out += b"JAVA PROFILE 1.0.2\0" + struct.pack(">IQ", width, 0)

    def id(self, number):
        return number.to_bytes(self.width, "big")

    def class_id(self, number):
        # In a native-image an object has the address before that of its class.
        return self.id(number + 1 if self.image and number else number)

    def top(self, tag, body):
        self.out += struct.pack(">BII", tag, 0, len(body)) + body

    def name(self, text):
        self.names += 1
        self.top(1, self.id(self.names) + text)
        return self.id(self.names)

    def klass(self, number, parent, name, statics=(), fields=()):
        self.top(2, struct.pack(">I", 1) + self.class_id(number) + bytes(4) + self.name(name))
        body = b"\x20" + self.class_id(number) + bytes(4) + self.class_id(parent) + bytes(5 * self.width)
        body += struct.pack(">I", 16 if self.image else 0)
        body += struct.pack(">HHB", 1, 1, 10) + bytes(4)
        body += struct.pack(">H", len(statics))
        for name, value in statics:
            body += self.name(name) + b"\x02" + self.id(value)
        body += struct.pack(">H", len(fields)) + b"".join(self.name(n) + bytes([kind]) for n, kind in fields)
        self.heap += body

    def instance(self, number, klass, data):
        self.heap += b"\x21" + self.id(number) + bytes(4) + self.class_id(klass) + struct.pack(">I", len(data)) + data

    def objects(self, number, klass, targets):
        self.heap += b"\x22" + self.id(number) + struct.pack(">II", 0, len(targets)) + self.class_id(klass)
        self.heap += b"".join(map(self.id, targets))

    def array(self, number, kind, length, data):
        self.heap += b"\x23" + self.id(number) + struct.pack(">IIB", 0, length, kind) + data

    def segment(self, tag):
        self.top(tag, bytes(self.heap))
        self.heap.clear()


def hprof(width, segment, android=False, image=False):
    d = Hprof(width, image)
    i = d.id
    d.klass(0x1000, 0, b"java/lang/Object")
    d.klass(0x1008, 0x1000, b"java/lang/Class")
    d.klass(0x1010, 0x1000, b"java/lang/ref/Reference", (), [(b"referent", 2)])
    d.klass(0x1018, 0x1010, b"java/lang/ref/WeakReference")
    d.klass(0x1020, 0x1018, b"java/lang/ThreadLocal$ThreadLocalMap$Entry", (), [(b"value", 2)])
    d.klass(0x1028, 0x1000, b"java/lang/Thread", (), [(b"name", 2), (b"tid", 11)])
    d.klass(0x1030, 0x1000, b"java/lang/String", (), [(b"value", 2), (b"coder", 8)])
    d.klass(0x1038, 0x1000, b"app/Holder", [(b"LOCAL", 0x2000), (b"CACHE", 0x2100)], [(b"left", 2), (b"n", 10)])
    d.klass(0x1040, 0x1000, b"[Ljava/lang/Object;")
    d.klass(0x1048, 0x1000, b"[B")
    d.heap += b"\x05" + d.class_id(0x1000) + b"\x08" + i(0x2200) + struct.pack(">II", 7, 0)
    d.heap += b"\x03" + i(0x2100) + struct.pack(">II", 7, 0) + b"\x01" + i(0x2300) + i(0) + b"\xff" + i(0x2000)
    d.heap += b"\x07" + i(0x2100) + b"\x06" + i(0x2100) + struct.pack(">I", 7)
    if android:
        d.heap += b"\xfe" + struct.pack(">I", 65) + d.name(b"app") + b"\x89" + i(0x2240) + b"\x90" + i(0x2340)
        d.heap += b"\xc3" + i(0x2500) + struct.pack(">IIB", 0, 9, 8) + b"\x8e" + i(0x2100) + bytes(8)
    d.instance(0x2000, 0x1038, i(0x2100) + bytes(4))
    d.objects(0x2100, 0x1040, [0x2000, 0, 0x2200, 0x6666])
    if segment == 0x1C:
        d.segment(segment)
    d.instance(0x2200, 0x1028, i(0x2240) + bytes(8))
    d.instance(0x2240, 0x1030, i(0x2280) + b"\0")
    d.array(0x2280, 8, 4, b"main")
    d.instance(0x2300, 0x1020, i(0x2340) + i(0x2000))
    d.instance(0x2340, 0x1038, i(0) + bytes(4))
    d.array(0x2400, 5, 2, b"\0a\0b")
    d.segment(segment)
    if segment == 0x1C:
        d.top(0x2C, b"")
    return bytes(d.out)


def v8():
    strings = ["", "(root)", "(GC roots)", "Map", "table", "context", "shared", "previous", "system / NativeContext",
               "script_or_debug_info", "/app/main.js", "secret value", "cache", "Object", "Module", "filename",
               "2 / part of key (Object @9) -> value (Object @11) pair in WeakMap (table @7)", "a\"\\\u00e4"]
    types = ["hidden", "array", "string", "object", "code", "closure", "regexp", "number", "native", "synthetic",
             "concatenated string", "sliced string", "symbol", "bigint", "object shape"]
    edges = ["context", "element", "property", "internal", "hidden", "shortcut", "weak"]
    meta = {"node_fields": ["type", "name", "id", "self_size", "edge_count", "detachedness"],
            "node_types": [types, "string", "number", "number", "number", "number"],
            "edge_fields": ["type", "name_or_index", "to_node"],
            "edge_types": [edges, "string_or_number", "node"],
            "trace_function_info_fields": ["function_id", "name", "script_name", "script_id", "line", "column"],
            "location_fields": ["object_index", "script_id", "line", "column"]}
    nodes = [(9, 1, 1, 0, 3), (9, 2, 3, 0, 2), (3, 3, 5, 32, 1), (1, 0, 7, 120, 2), (3, 13, 9, 24, 1),
             (3, 13, 11, 24, 0), (2, 11, 13, 40, 0), (5, 12, 15, 64, 2), (4, 10, 17, 80, 1), (3, 5, 19, 48, 1),
             (0, 8, 21, 900, 0), (3, 14, 23, 60, 1), (2, 10, 25, 30, 0)]
    links = [(1, 0, 1), (5, 12, 2), (1, 1, 7), (1, 0, 7), (2, 12, 11), (3, 4, 3), (3, 16, 5), (4, 5, 4), (3, 16, 5),
             (3, 5, 9), (3, 6, 8), (3, 9, 12), (3, 7, 10), (2, 15, 12)]
    flat = [number for node in nodes for number in (*node, 0)]
    far = [number for kind, name, to in links for number in (kind, name, to * 6)]
    shape = {"snapshot": {"meta": meta, "node_count": len(nodes), "edge_count": len(links), "trace_function_count": 0},
             "nodes": flat, "edges": far, "trace_function_infos": [0, 12, 10, 1, 1, 1], "trace_tree": [],
             "samples": [], "locations": [42, 1, 1, 1], "strings": strings}
    return json.dumps(shape, separators=(",", ":")).encode()


def python():
    def text(value):
        return struct.pack("<H", len(value)) + value

    none = 2**64 - 1
    out = b"".join(b"\x01" + struct.pack("<I", n) + text(name)
                   for n, name in enumerate([b"builtins.module", b"builtins.dict", b"app.Client"]))
    objects = [(10, 0, 72, none, [20]), (20, 1, 232, 1, [30]), (30, 1, 400, 2, [40, 50]), (40, 2, 56, none, [30]),
               (50, 2, 56, none, [99])]
    for number, kind, size, entries, targets in objects:
        out += b"\x02" + struct.pack("<QIQQI", number, kind, size, entries, len(targets))
        out += b"".join(struct.pack("<Q", target) for target in targets)
    out += b"\x03" + struct.pack("<Q", 10) + text(b"module app")
    out += b"\x03" + struct.pack("<Q", 40) + text(b"thread main")
    out += b"\x04" + struct.pack("<I", 0) + text(b"CLIENTS")
    out += b"\x05" + struct.pack("<QIQI", 20, 1, 30, 0)
    return out + b"\0" + struct.pack("<QQQQQ", 3, 5, 6, 816, 2)


def recording():
    reading = {"live": 1000, "rss": 2000}
    phase = {"kind": "steady", "round": 1}
    request = {"sent": 4, "statuses": {"200": 3, "413": 1}, "failures": {"timeout": 1}, "aborted": 0, "bytes-out": 1,
               "bytes-in": 1, "latency-us": [10, 20]}
    tally = {"requests": {"quote": request}, "late-p99-us": 1, "late-max-us": 2, "shifted": 0, "overrun": False,
             "digest": "d"}
    owner = {"depth": 0, "edge": ".cache", "class": "Map", "count": 1, "shallow": 2, "retained": 3, "entries": 4}
    summary = {"format": "v8", "objects": 1, "references": 1, "total": 1, "unreachable_objects": 0,
               "unreachable_bytes": 0, "roots": 1, "owners": [owner, {**owner, "depth": 1}],
               "classes": [{"class": "Map", "objects": 1, "shallow": 1, "retained": 1}], "caveats": ["cut"]}
    dump = {"point": "reference", "process": "node", "runtime": "node", "requests": 10, "file": "dumps/a", "pause": 1,
            "summary": summary}
    row = {"phase": phase, "began": 0, "loaded": 1, "settled": 2, "tally": tally, "floor": reading, "peak": reading,
           "processes": [{"pid": 1, "name": "node", "runtime": "node", "reading": reading}],
           "recovery": [[1, reading]], "incidents": [{"what": "oom-killed", "kills": 1}]}
    whole = {"schema": 1, "started": "2026-01-01T00:00:00Z", "scenario": "s", "plan": "p", "commit": None,
             "facts": {"runtime": "node 20"}, "ready": 1, "phases": [row], "samples": [{"at": 1, "reading": reading}],
             "dumps": [dump], "unseen": [{"what": "gpu", "why": "none"}], "ended": 9, "complete": True}
    events = [{"event": "began", "started": "2026-01-01T00:00:00Z", "scenario": "s", "plan": "p", "commit": None},
              {"event": "ready", "at": 1}, {"event": "phase-began", "at": 1, "phase": phase},
              {"event": "loaded", "at": 2, "phase": phase, "tally": tally},
              {"event": "settled", "at": 3, "phase": phase, "floor": reading, "peak": reading, "processes": []},
              {"event": "dumped", "dump": dump}, {"event": "ended", "at": 9, "complete": True}]
    return json.dumps(whole).encode(), b"".join(json.dumps({"schema": 1, **event}).encode() + b"\n" for event in events)


ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nx-a: b\r\n\r\n",
    b"HTTP/1.0 404 No\r\nconnection: keep-alive\r\n\r\nnothing here",
    b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\nx",
]


def main():
    shapes = {"wide": hprof(8, 0x1C), "narrow": hprof(4, 0x1C, android=True), "single": hprof(4, 0x0C),
              "image": hprof(8, 0x1C, image=True)}
    for name, content in shapes.items():
        seed("hprof", name, content)
        seed("redact", name, content)
        seed("gzip", name, gzip.compress(content, mtime=0))
    seed("v8", "small", v8())
    seed("redact", "v8", v8())
    seed("python", "small", python())
    seed("gzip", "two-members", gzip.compress(shapes["wide"][:99], mtime=0) + gzip.compress(shapes["wide"][99:], mtime=0))
    for path in sorted((HERE.parent / "policies").glob("*.toml")):
        seed("policy", path.name, path.read_bytes())
    for path in sorted(HERE.parent.glob("fixtures/services/**/plimsoll*.toml")):
        seed("policy", path.parent.name + path.name, path.read_bytes())
    for name, content in zip(("whole", "events"), recording()):
        seed("recording", name, content)
    for number, text in enumerate(ANSWERS):
        seed("answer", str(number), bytes([number + 1]) + text)
    for number, line in enumerate(recording()[1].splitlines()):
        seed("recording", f"event-{number}", line)


main()
