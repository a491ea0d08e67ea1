"""What the Python services have in common: a naive and a hardened function for each family."""

import http.server


class Refused(Exception):
    """A request that the hardened service does not take, with its status."""

    def __init__(self, status=413):
        super().__init__(status)
        self.status = status


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    twins = {}

    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        twin, family = self.path.split("?")[0].strip("/").split("/")
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            self.twins[twin][family](body, self.headers)
        except Refused as refused:
            self.answer(refused.status)
        else:
            self.answer(200)


def serve(naive, hardened):
    """Serves the functions, by the name of the family; prints the port."""
    Handler.twins = {"naive": naive, "hardened": hardened}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
