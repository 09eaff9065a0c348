"""An upstream whose every byte a test decides: for answers that no correct server would give.

    upstream.script = lambda exchange: exchange.send(b"HTTP/1.1 200 OK\r\n...")

The script runs once a request, on the connection's thread. The connection stays open unless the script closes it.
"""

import json
import socket
import threading
import time
from dataclasses import dataclass

from support.http_client import ConnectionEnded, RawConnection


@dataclass
class Request:
    method: str
    target: str
    headers: list  # (name in lower case, value)
    body: bytes
    head: bytes

    def header(self, name):
        return next((value for key, value in self.headers if key == name.lower()), None)

    def json(self):
        return json.loads(self.body)


class Exchange:
    """One request and the connection to answer it on."""

    def __init__(self, connection, request):
        self.connection = connection
        self.request = request

    def send(self, data):
        self.connection.socket.sendall(data)

    def head(self, status="200 OK", *, content_type="application/json", length=None, chunked=False, extra=()):
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}"]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        lines += [f"{name}: {value}" for name, value in dict(extra).items()]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def answer(self, body, status="200 OK", *, content_type="application/json", extra=()):
        """A whole answer with an exact Content-Length."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.head(status, content_type=content_type, length=len(body), extra=extra)
        self.send(body)

    def start_stream(self):
        self.head(content_type="text/event-stream", chunked=True)

    def chunk(self, data):
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, value):
        self.chunk(b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n")

    def end_stream(self):
        self.send(b"0\r\n\r\n")

    def close(self):
        self.connection.close()

    def reset(self):
        self.connection.reset()

    def peer_left(self, within_s=10.0):
        """Seconds until the gateway closed its side; None if it did not in time. Polls by reading."""
        started = time.monotonic()
        return time.monotonic() - started if self.connection.closed_by_peer(within_s) else None


class ScriptedUpstream:
    def __init__(self):
        self.script = None
        self.requests = []  # every request that arrived whole
        self.connections = 0
        self.failures = []  # exceptions of scripts
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = self._listener.getsockname()
        self._open = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self):
        return f"http://{self.address[0]}:{self.address[1]}/v1"

    def close(self):
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    def reset_for_test(self):
        self.script = None
        self.requests.clear()
        self.failures.clear()

    def _accept(self):
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted):
        connection = RawConnection.adopt(accepted)
        self._open.add(connection)
        try:
            while connection.socket.fileno() >= 0:
                connection.socket.settimeout(300)
                request = self._read_request(connection)
                self.requests.append(request)
                connection.socket.settimeout(20)
                self.script(Exchange(connection, request))
        except (ConnectionEnded, OSError):
            pass  # the gateway closed an idle connection, or left: scripts look at that themselves
        except Exception as error:  # a broken script must fail its test
            self.failures.append(error)
        finally:
            self._open.discard(connection)
            connection.close()

    @staticmethod
    def _read_request(connection):
        head = connection.read_until(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = [(name.lower(), value.strip()) for name, value in (line.split(":", 1) for line in lines)]
        fields = dict(headers)
        body = b""
        if fields.get("transfer-encoding", "").lower() == "chunked":
            while piece := connection.read_chunk():
                body += piece
        elif "content-length" in fields:
            body = connection.read_exactly(int(fields["content-length"]))
        return Request(method, target, headers, body, head)
