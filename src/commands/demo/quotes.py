"""A quote service with a per-client cache in a thread-local map.

CACHE=unbounded keeps every client for ever (the leak); CACHE=bounded keeps the last 64 for each thread.
"""
import json
import os
import struct
import threading
import zlib
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

BOUNDED = os.environ.get("CACHE") == "bounded"
LIMIT = 1 << 20


class Session:
    """What is remembered of a client: its last quotes."""

    def __init__(self):
        self.quotes = bytearray(2048)
        self.last = ""


class RouteCache(threading.local):
    """The cache of one worker thread."""

    def __init__(self):
        self.sessions = OrderedDict()

    def session(self, client):
        found = self.sessions.get(client)
        if found is None:
            found = self.sessions[client] = Session()
            if BOUNDED and len(self.sessions) > 64:
                self.sessions.popitem(last=False)
        return found


CACHE = RouteCache()


class Quotes(BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/health":
            self.answer(200, b"ok")
        elif path.startswith("/quote/"):
            symbol = path[len("/quote/"):]
            CACHE.session(query.partition("=")[2] or "anonymous").last = symbol
            self.answer(200, json.dumps({"symbol": symbol, "price": len(symbol) * 100}).encode())
        elif path == "/export":
            self.export()
        else:
            self.answer(404)

    def do_POST(self):
        if self.path == "/evidence":
            self.answer(self.evidence())
        elif self.path == "/documents":
            self.answer(self.document())
        else:
            for _ in self.blocks():
                pass
            self.answer(201)

    def evidence(self):
        """Reads the size from the PNG header and refuses what would decode to over 16 million pixels."""
        head = b""
        for block in self.blocks():
            head = head or block[:24]
        if len(head) < 24:
            return 400
        width, height = struct.unpack_from(">II", head, 16)
        return 413 if width * height > 16_000_000 else 201

    def document(self):
        """Inflates and reads at most 1 MiB of JSON, at most 64 levels deep."""
        inflate = zlib.decompressobj(31) if self.headers.get("Content-Encoding") == "gzip" else None
        text = bytearray()
        for block in self.blocks():
            room = LIMIT + 1 - len(text)
            if room > 0:
                text += inflate.decompress(block, room) if inflate else block[:room]
        if len(text) > LIMIT:
            return 413
        depth = deepest = 0
        for char in text:
            if char in b"[{":
                depth += 1
                deepest = max(deepest, depth)
            elif char in b"]}":
                depth -= 1
        return 400 if deepest > 64 else 201

    def blocks(self):
        """The body in blocks, with a length or in chunks."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                while size:
                    block = self.rfile.read(min(size, 1 << 16))
                    if not block:
                        return
                    size -= len(block)
                    yield block
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0 and (block := self.rfile.read(min(left, 1 << 16))):
            left -= len(block)
            yield block

    def export(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(256):
                self.wfile.write(bytes(16 << 10))
        except OSError:
            pass  # Nothing is kept for a client that hung up.

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class PooledServer(HTTPServer):
    """Four worker threads that live as long as the service."""

    request_queue_size = 256
    pool = ThreadPoolExecutor(4, "quotes")

    def process_request(self, request, client_address):
        self.pool.submit(self.work, request, client_address)

    def work(self, request, client_address):
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass
        finally:
            self.shutdown_request(request)


PooledServer(("127.0.0.1", int(os.environ["PORT"])), Quotes).serve_forever()
