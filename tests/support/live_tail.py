"""A reader of an organization's live tail."""

import json
import time


class Tail:
    """An open tail; events() reads until as many requests came."""

    def __init__(self, gateway, key, organization, query="", version="HTTP/1.1", headers=None):
        self.connection = gateway.connect()
        path = f"/api/organizations/{organization}/activity/live{query}"
        request = gateway.bytes_of("GET", path, key=key, headers=headers).replace(b"HTTP/1.1", version.encode(), 1)
        self.connection.send(request)
        self.head = self.connection.read_head()
        self.text = b""
        if self.head.status == 200:
            self.read_until(b"\n\n")  # the first comment: from now on it watches

    def read(self):
        if self.head.header("transfer-encoding") == "chunked":
            piece = self.connection.read_chunk()
        else:
            piece, self.connection.buffer = self.connection.buffer, b""
            if not piece:
                self.connection._fill()
                return True
        self.text += piece
        return bool(piece)

    def read_until(self, marker, count=1):
        until = time.monotonic() + 15
        while self.text.count(marker) < count:
            assert time.monotonic() < until and self.read(), self.text

    def events(self, count=0):
        if count:
            self.read_until(b"event: request\n", count)
            self.read_until(b"\n\n", count + 1)
        found = []
        for block in self.text.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
            if fields:
                found.append((fields["event"], json.loads(fields["data"])))
        return found

    def close(self):
        self.connection.close()
