"""A small service for the tests of the run: each path does one thing to it."""
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEPT = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/die":
            os._exit(42)
        if path == "/hang":
            # Every thread is stopped, the port still accepts: what a deadlock or an endless loop looks like.
            os.kill(os.getpid(), signal.SIGSTOP)
        if path == "/grow":
            while True:
                KEPT.append(bytearray(b"x" * (8 << 20)))
        if path == "/keep":
            KEPT.append(bytearray(b"x" * 4096))
        if path == "/spike":
            del bytearray(b"x" * (64 << 20))[:]
        body = b"fine\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def daemon():
    """Leaves the session, the process group and the parent, and does not care for SIGTERM."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            with open(os.environ["DAEMON"], "w") as file:
                file.write(str(os.getpid()))
            while True:
                time.sleep(60)
        os._exit(0)
    os.wait()


def prefork(server):
    """A master that keeps two workers alive, as gunicorn does, and answers nothing itself."""
    workers = 0
    while True:
        while workers < 2:
            if os.fork() == 0:
                server.serve_forever()
            workers += 1
        os.wait()
        workers -= 1


if "DAEMON" in os.environ:
    daemon()
with open(os.environ.get("PIDS", "/dev/null"), "a") as pids:
    pids.write(f"{os.getpid()}\n")
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print("listening", flush=True)
if "WORKERS" in os.environ:
    prefork(server)
if "BACKGROUND" in os.environ and os.fork() > 0:
    os._exit(0)
server.serve_forever()
