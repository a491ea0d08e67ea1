"""Serves a naive and a hardened function for each family. A function reads what it wants of the request."""

import http.server


class Refused(Exception):
    """A request that is not taken, with its status."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


class Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    twins = {}

    def log_message(self, *_):
        pass

    def body(self, largest=None):
        """The body, if it is not larger than this."""
        if largest is not None and self.left > largest:
            raise Refused(413)
        return b"".join(self.stream())

    def stream(self):
        """The body in pieces."""
        while self.left > 0:
            piece = self.rfile.read(min(self.left, 1 << 16))
            self.left -= len(piece)
            yield piece

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        self.left = int(self.headers.get("content-length", 0))
        twin, family = self.path.split("?")[0].strip("/").split("/")
        try:
            self.answer(200, self.twins[twin][family](self) or b"")
        except Refused as refused:
            self.close_connection = True
            self.answer(refused.status)
            # Closed with something unread, the connection would be reset and the answer lost.
            for _ in self.stream():
                pass

    do_GET = do_POST = handle_any


def serve(naive, hardened):
    """Serves functions by the name of the family; prints the port."""
    Request.twins = {"naive": naive, "hardened": hardened}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Request)
    print(server.server_address[1], flush=True)
    server.serve_forever()
