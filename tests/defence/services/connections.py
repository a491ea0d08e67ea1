"""Connections that dawdle: a thread for each, or one loop with deadlines for all."""

import asyncio
import socket
import threading

DEADLINE = 0.5
IDLE = 0.5
AT_ONCE = 32

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def length(head):
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def naive(connection):
    """A request after the other, for as long as the client likes."""
    try:
        with connection, connection.makefile("rb") as lines:
            while True:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = lines.readline()
                    if not line:
                        return
                    head += line
                lines.read(length(head))
                connection.sendall(OK)
                if b"connection: close" in head:
                    return
    except OSError:
        pass


async def request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(length(head))
    return head


class Hardened:
    """One loop; every request has a deadline, idle connections end, and so do those beyond a number."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.open = 0
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def take(self, connection):
        asyncio.run_coroutine_threadsafe(self.serve(connection), self.loop)

    async def serve(self, connection):
        reader, writer = await asyncio.open_connection(sock=connection)
        self.open += 1
        try:
            if self.open > AT_ONCE:
                writer.write(BUSY)
                return
            head = await asyncio.wait_for(request(reader), DEADLINE)
            writer.write(OK)
            if b"connection: close" not in head:
                await asyncio.wait_for(reader.read(1), IDLE)
        except asyncio.TimeoutError:
            writer.write(TIMEOUT)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()


listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
print(listener.getsockname()[1], flush=True)
hardened = Hardened()
while True:
    client, _ = listener.accept()
    # The path is in the first bytes, which every client here sends at once.
    client.settimeout(1)
    try:
        start = client.recv(64, socket.MSG_PEEK)
        client.settimeout(None)
    except OSError:
        client.close()
        continue
    if b"/naive/" in start:
        threading.Thread(target=naive, args=(client,), daemon=True).start()
    else:
        client.setblocking(False)
        hardened.take(client)
