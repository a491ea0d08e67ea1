"""Documents: parsed as they come, and parsed under limits."""

import http.server
import json

LARGEST = 1 << 20


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read(self, largest=None):
        """The body; None after an answer of 413, with which the connection ends."""
        length = int(self.headers.get("content-length", 0))
        if largest is not None and length > largest:
            self.close_connection = True
            self.answer(413)
            return None
        return self.rfile.read(length)

    def do_POST(self):
        twin, family = self.path.split("?")[0].strip("/").split("/")
        body = self.read(LARGEST if twin == "hardened" else None)
        if body is None:
            return
        PARSERS[family](body)
        self.answer(200)


PARSERS = {"wide-json": json.loads, "giant-string": json.loads}

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
