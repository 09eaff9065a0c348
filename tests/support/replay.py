"""Plays recorded exchanges: an upstream that sends a recording in some framing, and a client that asks for it."""

import gzip
import random
from dataclasses import dataclass

import yaml

from support.http_client import ConnectionEnded
from support.processes import Gateway, provider
from support.recordings import PRICES, PROVIDERS, Said, events_of, strict_json
from support.scripted_upstream import ScriptedUpstream

HEADERS_PASSED = ("content-type", "retry-after")
SERVER_TOOLS = {"openrouter": ["openrouter:advisor", "openrouter:web_search"]}
ENDPOINT = {"model": "recorded", "context_length": 1_000_000}
PAID_EXTRAS = ("service_tier", "web_search_options", "plugins")  # billed by other rules: tests of their own


# --- how a recorded body is sent


def chunks(pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"


def cut(body, places):
    places = [0, *sorted(set(places)), len(body)]
    return [body[begin:end] for begin, end in zip(places, places[1:])]


def whole(body):
    return [b"Content-Length: %d\r\n\r\n" % len(body) + body]


def chunked(body):
    return [b"Transfer-Encoding: chunked\r\n\r\n" + chunks([body])]


def chunks_of_one_byte(body):
    return [b"Transfer-Encoding: chunked\r\n\r\n" + chunks(cut(body, range(1, len(body))))]


def segments(body):
    """Each chunk in a write of its own, cut at some forty places."""
    places = [random.Random(len(body)).randrange(1, max(2, len(body))) for _ in range(40)]
    return [b"Transfer-Encoding: chunked\r\n\r\n", *(chunks([piece])[:-5] for piece in cut(body, places)), b"0\r\n\r\n"]


def around_line_ends(body):
    """Cut before and behind every line break: where readers of events go wrong."""
    places = [place + step for place, byte in enumerate(body) if byte == 10 for step in (0, 1)]
    return [b"Transfer-Encoding: chunked\r\n\r\n" + chunks(cut(body, places))]


def inside_characters(body):
    """Cut inside every character of more than one byte."""
    places = [place for place, byte in enumerate(body) if 0x80 <= byte < 0xC0]
    return [b"Transfer-Encoding: chunked\r\n\r\n" + chunks(cut(body, places))]


def inside_frames(body):
    """Cut in the lengths, around their checksum, in the headers and in the last checksum of each binary frame."""
    places, begin = [], 0
    while begin < len(body):
        end = begin + int.from_bytes(body[begin : begin + 4], "big")
        places += [begin + 2, begin + 8, begin + 12, begin + 30, end - 5, end - 2]
        begin = end
    return [b"Transfer-Encoding: chunked\r\n\r\n" + chunks(cut(body, places))]


def closed(body):
    return [b"Connection: close\r\n\r\n" + body]


def crlf(body):
    return chunked(body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def compressed(body):
    packed = gzip.compress(body, mtime=0)
    return [b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed]


FRAMINGS = {
    "json": (whole, chunks_of_one_byte, segments, closed, compressed),
    "stream": (
        chunked,
        chunks_of_one_byte,
        segments,
        around_line_ends,
        inside_characters,
        closed,
        crlf,
        compressed,
    ),
    "error": (whole, chunks_of_one_byte, closed, compressed),
    "binary": (chunked, chunks_of_one_byte, segments, inside_frames, closed, compressed),
}


def play(exchange, recording, framing, label=None):
    head = [f"HTTP/1.1 {recording.status}"]
    for name, value in recording.headers:
        if name in HEADERS_PASSED:
            head.append(f"{name}: {label if label and name == 'content-type' else value}")
    first, *rest = framing(recording.body)
    exchange.send("\r\n".join(head).encode() + b"\r\n" + first)
    for piece in rest:
        exchange.send(piece)
    if framing is closed:
        exchange.close()


# --- what came of it


@dataclass
class Replayed:
    recording: object
    flavour: str
    framing: str
    streamed: bool  # what the client asked for
    answer: object
    record: dict = None

    def __str__(self):
        return f"{self.recording} {self.flavour} {self.framing}{' streamed' if self.streamed else ''}"

    @property
    def events(self):
        return events_of(self.answer.body)

    @property
    def said(self):
        return Said.by_events(self.events[0]) if self.streamed else Said.by_plain(strict_json(self.answer.text))

    @property
    def usage(self):
        if not self.streamed:
            return strict_json(self.answer.text).get("usage")
        return next((event["usage"] for event in reversed(self.events[0]) if event.get("usage")), None)


class Player:
    """One gateway whose every provider is one scripted upstream. `models`: as a catalogue has them. `options`: more of
    a provider, by its name."""

    def __init__(self, directory, models, options=None):
        self.upstream = ScriptedUpstream()
        prices = directory / "prices.yaml"
        prices.write_text(yaml.safe_dump({"version": "recordings", "models": models}))
        names = sorted({endpoint["provider"] for model in models for endpoint in model["endpoints"]})
        self.gateway = Gateway(
            directory / "gateway",
            [provider(name, self.upstream.base_url, **(options or {}).get(name, {})) for name in names],
            catalogue=[str(prices)],
            workers=1,
            credit={"default_output_tokens": 16384},
        ).start()
        self.account = self.gateway.new_account("100000")
        self.connection = None

    def close(self):
        assert self.gateway.stop() == 0
        self.upstream.close()
        assert self.upstream.failures == []

    def ask(self, recording, framing, path, body, label=None):
        """The gateway's answer to a request whose provider answers with the recording."""
        self.upstream.script = lambda exchange: play(exchange, recording, framing, label)
        data = self.gateway.bytes_of("POST", path, key=self.account.key, json=body)
        for attempt in (1, 2):  # the gateway may have closed the connection behind an error
            if self.connection is None:
                self.connection = self.gateway.connect()
            try:
                self.connection.send(data)
                answer = self.connection.read_answer()
                break
            except (ConnectionEnded, OSError) as ended:
                self.connection.close()
                self.connection = None
                if getattr(ended, "partial", None) is not None:
                    answer = ended.partial
                    break
                assert attempt == 1, f"{recording}: no answer"
        if self.connection and answer.header("connection") == "close":
            self.connection.close()
            self.connection = None
        self.upstream.requests.clear()
        return answer

    def add_records(self, replayed):
        """Gives each its record. One listing has a thousand."""
        records, cursor = {}, ""
        while cursor is not None:
            page = self.gateway.manage(
                "GET", f"/api/organizations/{self.account.organization}/activity?limit=1000&cursor={cursor}"
            )
            records |= {record["id"]: record for record in page["data"]}
            cursor = page["next_cursor"]
        for item in replayed:
            item.record = records[item.answer.header("x-generation-id")]
        return replayed


class ChatPlayer(Player):
    """Of chat completions and embeddings, each asked for as it was when it was recorded."""

    def __init__(self, directory):
        models = [
            {
                "id": f"recorded/{name}{suffix}",
                "embeddings": bool(suffix),
                "endpoints": [
                    ENDPOINT
                    | {"provider": name, "prices": {"prompt": PRICES["prompt"]} if suffix else PRICES}
                    | ({"server_tools": SERVER_TOOLS[name]} if name in SERVER_TOOLS else {})
                ],
            }
            for name in PROVIDERS
            for suffix in ("", "/embed")
        ]
        super().__init__(directory, models)
        self.presets = set()

    def make_preset(self, slug):
        """One that changes nothing."""
        if slug not in self.presets:
            self.gateway.manage("POST", f"/api/organizations/{self.account.organization}/presets", {"slug": slug})
            self.presets.add(slug)

    def request_of(self, recording, streamed):
        body = {name: value for name, value in recording.request.items() if name not in PAID_EXTRAS}
        body["model"] = f"recorded/{recording.provider}{'/embed' if recording.path == '/embeddings' else ''}"
        for name in ("stream_options", "provider", "models"):  # the last two name whoever is not here
            body.pop(name, None)
        if "preset" in body:
            self.make_preset(body["preset"].removeprefix("@preset/"))
        if recording.path == "/chat/completions":
            body["stream"] = streamed
            if streamed:
                body["stream_options"] = {"include_usage": True}
        return body

    def send(self, recording, flavour, framing, *, streamed=None, label=None):
        streamed = self._streamed(recording) if streamed is None else streamed
        body = self.request_of(recording, streamed)
        answer = self.ask(recording, framing, flavour + recording.path, body, label)
        return Replayed(recording, flavour, framing.__name__ if label is None else label, streamed, answer)

    @staticmethod
    def _streamed(recording):
        return recording.kind == "stream" or bool(recording.request.get("stream"))
