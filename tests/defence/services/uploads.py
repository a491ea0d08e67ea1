"""Forms and chunked bodies: parsed as they come, and under limits."""

import email.parser
import http.server
import re
import urllib.parse

LARGEST = 16 << 20
FIELDS = 1000
LINE = 256


class Refused(Exception):
    """The status with which a request is refused."""


def parts(headers, body):
    head = b"content-type: " + headers["content-type"].encode() + b"\r\n\r\n"
    return len(email.parser.BytesParser().parsebytes(head + body).get_payload())


def fields(_, body):
    return len(urllib.parse.parse_qs(body, keep_blank_values=True))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        twin, family = self.path.strip("/").split("/")
        try:
            self.answer(200, str(ROUTES[twin, family](self)).encode())
        except Refused as refused:
            self.close_connection = True
            self.answer(refused.args[0])
            self.drain()

    def drain(self):
        """Takes what still comes, so that the answer is not lost with the connection."""
        self.connection.settimeout(0.5)
        try:
            while self.connection.recv(1 << 16):
                pass
        except OSError:
            pass

    def body(self):
        return self.rfile.read(int(self.headers["content-length"]))

    def naive_form(self, parse):
        return parse(self.headers, self.body())

    def hardened_form(self, parse, mark):
        """Counts the marks of the form as it comes, and parses it only if they are few."""
        left, kept, count = int(self.headers["content-length"]), [], 0
        if left > LARGEST:
            raise Refused(413)
        while left:
            chunk = self.rfile.read(min(left, 1 << 16))
            left -= len(chunk)
            count += len(re.findall(mark, chunk))
            if not chunk or count > FIELDS:
                raise Refused(413)
            kept.append(chunk)
        return parse(self.headers, b"".join(kept))

    def chunked(self, longest):
        total = 0
        while True:
            line = self.rfile.readline(longest)
            if not line.endswith(b"\n"):
                raise Refused(400)
            size = int(line.split(b";")[0], 16)
            total += len(self.rfile.read(size))
            self.rfile.readline()
            if not size:
                return total


ROUTES = {
    ("naive", "multipart-parts"): lambda self: self.naive_form(parts),
    ("hardened", "multipart-parts"): lambda self: self.hardened_form(parts, rb"\r\n\r\n"),
    ("naive", "form-fields"): lambda self: self.naive_form(fields),
    ("hardened", "form-fields"): lambda self: self.hardened_form(fields, b"&"),
    ("naive", "chunk-extensions"): lambda self: self.chunked(-1),
    ("hardened", "chunk-extensions"): lambda self: self.chunked(LINE),
}

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
