"""An HTTP/1.1 client that shows bytes as they are: what was sent, what came back, in which reads, and when."""

import json
import socket
import time
from dataclasses import dataclass, field
from decimal import Decimal

TIMEOUT_S = 20.0


class ConnectionEnded(Exception):
    """The peer closed or reset before the message was whole; `partial` holds what had come."""

    def __init__(self, reason, partial=None):
        super().__init__(reason)
        self.partial = partial


def loads(text):
    """JSON with numbers kept exact: money must never pass through a double."""
    return json.loads(text, parse_float=Decimal)


@dataclass
class Answer:
    status: int
    reason: str
    headers: list  # (name in lower case, value), in order
    body: bytes = b""
    chunked: bool = False
    complete: bool = True
    reads: list = field(default_factory=list)  # (time, raw bytes) of every read that carried body

    def header(self, name, default=None):
        for key, value in self.headers:
            if key == name.lower():
                return value
        return default

    def header_values(self, name):
        return [value for key, value in self.headers if key == name.lower()]

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        return loads(self.text)

    @property
    def error(self):
        return self.json()["error"]


class RawConnection:
    """One TCP connection. Reads are counted and timed; nothing is retried."""

    def __init__(self, address, timeout_s=TIMEOUT_S):
        self._take(socket.create_connection(address, timeout=timeout_s))

    @classmethod
    def adopt(cls, accepted):
        """The same over a socket that a server accepted."""
        connection = cls.__new__(cls)
        connection._take(accepted)
        return connection

    def _take(self, connected):
        self.socket = connected
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.ended = False
        self.reads = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes with RST, as a crashed client does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _fill(self):
        if self.ended:
            raise ConnectionEnded("end of file")
        try:
            data = self.socket.recv(1 << 20)
        except ConnectionResetError as error:
            self.ended = True
            raise ConnectionEnded("reset") from error
        if not data:
            self.ended = True
            raise ConnectionEnded("end of file")
        self.reads.append((time.monotonic(), data))
        self.buffer += data

    def read_until(self, marker):
        while marker not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(marker, 1)
        return head

    def read_exactly(self, count):
        while len(self.buffer) < count:
            self._fill()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def read_head(self):
        head = self.read_until(b"\r\n\r\n").decode("latin-1")
        status_line, *lines = head.split("\r\n")
        version, status, *reason = status_line.split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0"), status_line
        headers = []
        for line in lines:
            name, value = line.split(":", 1)
            headers.append((name.lower(), value.strip()))
        return Answer(int(status), reason[0] if reason else "", headers)

    def read_answer(self, *, method="GET", interim=False):
        """Reads one answer whole. 1xx answers are skipped unless `interim`. A body that is cut short raises
        ConnectionEnded with the partial answer."""
        while True:
            answer = self.read_head()
            if interim or not 100 <= answer.status < 200:
                break
        if method == "HEAD" or answer.status in (204, 304) or 100 <= answer.status < 200:
            return answer
        started_with = len(self.reads)
        try:
            if (answer.header("transfer-encoding") or "").lower() == "chunked":
                answer.chunked = True
                while piece := self.read_chunk():
                    answer.body += piece
            elif (length := answer.header("content-length")) is not None:
                while len(self.buffer) < int(length):
                    self._fill()
                answer.body = self.read_exactly(int(length))
            else:
                self._read_to_end()
                answer.body, self.buffer = self.buffer, b""
        except ConnectionEnded as ended:
            answer.complete = False
            if not answer.chunked:
                answer.body += self.buffer
            ended.partial = answer
            raise
        finally:
            answer.reads = self.reads[max(0, started_with - 1) :]
        return answer

    def read_chunk(self):
        size = int(self.read_until(b"\r\n").split(b";")[0], 16)
        piece = self.read_exactly(size)
        assert self.read_exactly(2) == b"\r\n", "a chunk does not end in CRLF"
        return piece

    def _read_to_end(self):
        while True:
            try:
                self._fill()
            except ConnectionEnded:
                return

    def rest(self):
        """Everything until the peer closes."""
        self._read_to_end()
        data, self.buffer = self.buffer, b""
        return data

    def closed_by_peer(self, within_s=TIMEOUT_S):
        """True if the peer closes within the time and sends nothing more."""
        self.socket.settimeout(within_s)
        try:
            data = self.socket.recv(1)
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(TIMEOUT_S)
        self.buffer += data
        return data == b""

    def still_open(self, for_s=0.2):
        return not self.closed_by_peer(for_s)


def request_bytes(method, path, *, headers=(), body=None, host="gateway.test", version="HTTP/1.1"):
    """A request as bytes. `body` adds Content-Length."""
    lines = [f"{method} {path} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    headers = dict(headers)
    if body is not None:
        headers.setdefault("Content-Length", str(len(body)))
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def json_bytes(value):
    """JSON text of `value`; bytes pass through untouched."""
    if isinstance(value, bytes):
        return value
    return json.dumps(value, default=lambda number: float(number)).encode()
