"""A provider of OpenAI's Realtime API whose sessions a test scripts, and what sessions cost.

    upstream.script = lambda session: session.serve_responses()

The script runs once a session, on the session's thread.
"""

import base64
import json
import threading
from decimal import ROUND_HALF_UP, Decimal

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import serve

PROMPT, COMPLETION, CACHED = Decimal(32), Decimal(64), Decimal("0.40")  # of test/talks, USD a million


def usage(prompt, completion, cached=0):
    return {
        "total_tokens": prompt + completion,
        "input_tokens": prompt,
        "output_tokens": completion,
        "input_token_details": {
            "text_tokens": prompt,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": cached,
            "cached_tokens_details": {"text_tokens": cached, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": 0, "audio_tokens": completion},
    }


def cost_of(prompt, completion, cached=0):
    whole = (prompt - cached) * PROMPT + cached * CACHED + completion * COMPLETION
    return (whole / 1_000_000).quantize(Decimal("1e-9"), ROUND_HALF_UP)


class UpstreamSession:
    """One session, seen from the provider."""

    def __init__(self, socket):
        self.socket = socket
        self.seen = []
        self.responses = 0

    def send(self, event):
        self.socket.send(json.dumps(event))

    def receive(self, timeout_s=20):
        event = json.loads(self.socket.recv(timeout=timeout_s))
        self.seen.append(event)
        return event

    def begin(self, **session):
        self.send({"type": "session.created", "event_id": "event_1", "session": {"object": "realtime.session"} | session})

    def begin_response(self):
        self.responses += 1
        response = f"resp_{id(self):x}_{self.responses}"
        self.send({"type": "response.created", "response": {"id": response, "status": "in_progress"}})
        return response

    def speak(self, response, text="hello", sound=b"\0" * 4800):
        self.send({"type": "response.output_audio_transcript.delta", "response_id": response, "delta": text})
        delta = base64.b64encode(sound).decode()
        self.send({"type": "response.output_audio.delta", "response_id": response, "delta": delta})

    def end_response(self, response, used, status="completed"):
        done = {"id": response, "object": "realtime.response", "status": status, "output": [], "usage": used}
        self.send({"type": "response.done", "event_id": "event_done", "response": done})

    def respond(self, used):
        response = self.begin_response()
        self.speak(response)
        self.end_response(response, used)
        return response

    def serve_responses(self, used=lambda number: usage(100 + number, 20 + number, 64)):
        """Answers each response.create; `used` is called with its number, from 1."""
        self.begin()
        while True:
            if self.receive()["type"] == "response.create":
                self.respond(used(self.responses + 1))


class RealtimeUpstream:
    def __init__(self, **options):
        self.script = None
        self.sessions = []
        self.handshakes = []  # websockets' requests: path, headers
        self.closes = []  # (code, reason) with which sessions ended
        self.failures = []
        options = {"max_size": None, "process_request": self._note, "compression": None} | options
        self._server = serve(self._serve, "127.0.0.1", 0, **options)
        self.address = self._server.socket.getsockname()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def base_url(self):
        return f"http://{self.address[0]}:{self.address[1]}/v1"

    def stop(self):
        self._server.shutdown()

    def _note(self, _connection, request):
        self.handshakes.append(request)

    def _serve(self, socket):
        session = UpstreamSession(socket)
        self.sessions.append(session)
        try:
            self.script(session)
        except ConnectionClosed as closed:
            self.closes.append((closed.rcvd.code if closed.rcvd else None, closed.rcvd.reason if closed.rcvd else ""))
        except Exception as error:  # a broken script must fail its test
            self.failures.append(error)


class ClientSession:
    """One session, seen from the client."""

    def __init__(self, gateway, key, model="test/talks", headers=None, url=None, **options):
        url = (url or f"ws://{gateway.data[0]}:{gateway.data[1]}/v1/realtime") + f"?model={model}"
        headers = {"Authorization": f"Bearer {key}"} | (headers or {}) if key else headers
        options = {"max_size": None, "compression": None} | options
        self.unread = []
        self.socket = connect(url, additional_headers=headers, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, event):
        self.socket.send(json.dumps(event))

    def create(self, **fields):
        self.send({"type": "response.create"} | fields)

    def receive(self, timeout_s=20):
        return json.loads(self.socket.recv(timeout=timeout_s))

    def until(self, kind):
        """Events up to and with the first of that type. What came before an end is left to rest()."""
        events = []
        while not events or events[-1]["type"] != kind:
            try:
                events.append(self.receive())
            except ConnectionClosed:
                self.unread = events
                raise
        return events

    def rest(self):
        """Events up to the end, and the close: (events, code, reason)."""
        events, self.unread = self.unread, []
        try:
            while True:
                events.append(self.receive())
        except ConnectionClosed as closed:
            return events, closed.rcvd and closed.rcvd.code, closed.rcvd and closed.rcvd.reason


class RawSession:
    """A session whose every byte the client decides."""

    KEY = "dGhlIHNhbXBsZSBub25jZQ=="

    def __init__(self, gateway, key, model="test/talks"):
        self.connection = gateway.connect()
        lines = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": self.KEY}
        self.connection.send(gateway.bytes_of("GET", f"/v1/realtime?model={model}", key=key, headers=lines))
        self.head = self.connection.read_until(b"\r\n\r\n")
        assert self.head.startswith(b"HTTP/1.1 101 "), self.head

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    @staticmethod
    def frame(opcode, payload, *, last=True, mask=b"\x01\x02\x03\x04"):
        size = len(payload)
        head = bytes([(0x80 if last else 0) | opcode])
        head += bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
        return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

    def send(self, data):
        self.connection.send(data)

    def read_frame(self):
        """(opcode, payload) of the next frame."""
        first, size = self.connection.read_exactly(2)
        if size == 126:
            size = int.from_bytes(self.connection.read_exactly(2), "big")
        elif size == 127:
            size = int.from_bytes(self.connection.read_exactly(8), "big")
        return first & 0x0F, self.connection.read_exactly(size)

    def read_close(self):
        """What came before the close, then its code and reason."""
        frames = []
        while True:
            opcode, payload = self.read_frame()
            if opcode == 8:
                return frames, int.from_bytes(payload[:2], "big"), payload[2:].decode()
            frames.append((opcode, payload))
