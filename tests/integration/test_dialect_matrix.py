"""Every dialect that clients speak with every dialect that upstreams speak, by what a chat can hold, plain and streamed.
What the upstream hears is what the client asked, and what the client is told is what the upstream said. A pair that cannot
express something says so: the client is told of it by name. The table is printed, with a line for each pair."""

import importlib
from dataclasses import replace

import pytest

from support.dialects import Call, Media, Reasoning, Result, Said, Text, Turn, Usage, Wish

CLIENTS = ["chat", "messages", "responses", "gemini"]
UPSTREAMS = ["chat", "messages", "responses", "gemini", "converse"]
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJSVFT0YK"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
ASKED = Turn("user", [Text("Which weather has Oslo?")])
WORDS = 'It is "fine" in Ōslo.\n\tSun \U0001f31e, \\no rain.'

TABLE = {}


def dialect(name):
    return importlib.import_module(f"support.dialects.{name}")


class Chat:
    """One client's dialect in front of one upstream's."""

    def __init__(self, gateway, account, scripted, client, upstream, stream):
        self.gateway, self.account, self.scripted = gateway, account, scripted
        self.client, self.upstream, self.stream = dialect(client), dialect(upstream), stream
        self.model = "test/chats" if upstream == "chat" else f"test/{upstream}"

    def send(self, wish):
        path, body = self.client.ask(wish, self.model, self.stream)
        self.answer = self.gateway.request("POST", path, key=self.account.key, json=body)
        return self.client.read(self.answer, self.stream and self.answer.status == 200)

    def ask(self, wish, said):
        """(What the client was told, its message, what the upstream heard)."""

        def script(exchange):
            if not self.upstream.is_stream(exchange.request):
                return exchange.answer(self.upstream.plain(said))
            exchange.head(content_type=self.upstream.STREAM_TYPE, chunked=True)
            for event in self.upstream.events(said):
                exchange.chunk(event)
            exchange.end_stream()

        self.scripted.script = script
        told, native = self.send(wish)
        assert self.answer.status == 200, self.answer.body
        request = self.scripted.requests[-1]
        assert self.upstream.is_stream(request) == self.stream
        return told, native, self.upstream.heard(request)


def text(chat):
    wish = Wish([Turn("system", [Text("Be brief.")]), ASKED])
    told, _, heard = chat.ask(wish, Said([Text(WORDS)]))
    assert told.texts() == WORDS and told.finish == "stop" and told.calls() == []
    assert [(turn.role, turn.parts) for turn in heard.turns] == [("system", [Text("Be brief.")]), ("user", ASKED.parts)]


def length(chat):
    told, _, _ = chat.ask(Wish([ASKED]), Said([Text("It is")], finish="length"))
    assert told.finish == "length" and told.texts() == "It is"


def tools(chat):
    call = Call("call_1", "weather", {"city": 'O"slo'})
    told, native, heard = chat.ask(Wish([ASKED], tools=("weather",)), Said([Text("Wait."), call], finish="tool_calls"))
    assert heard.tools == ("weather",)
    assert told.calls() == [("weather", {"city": 'O"slo'})] and told.finish == "tool_calls"
    assert told.texts() == "Wait."
    made = next(part for part in told.parts if isinstance(part, Call))
    history = [ASKED, Turn("assistant", [], native), Turn("user", [Result(made.id, "rain")])]
    told, _, heard = chat.ask(Wish(history, tools=("weather",)), Said([Text("It rains.")]))
    assert told.texts() == "It rains." and told.finish == "stop"
    (called,), (result,) = heard.parts(Call), heard.parts(Result)
    assert (called.name, called.arguments, result.text) == ("weather", {"city": 'O"slo'}, "rain")
    assert called.id == result.id


def parallel_tools(chat):
    calls = [Call("call_a", "weather", {"city": "Oslo"}), Call("call_b", "clock", {"city": "Rome"})]
    wish = Wish([ASKED], tools=("weather", "clock"))
    told, native, _ = chat.ask(wish, Said(calls, finish="tool_calls"))
    assert told.calls() == [("weather", {"city": "Oslo"}), ("clock", {"city": "Rome"})]
    made = [part.id for part in told.parts if isinstance(part, Call)]
    assert len(set(made)) == 2
    results = Turn("user", [Result(made[1], "noon"), Result(made[0], "rain"), Text("And now?")])
    _, _, heard = chat.ask(replace(wish, turns=[ASKED, Turn("assistant", [], native), results]), Said([Text("ok")]))
    by_id = {part.id: part.name for part in heard.parts(Call)}
    assert {by_id[part.id]: part.text for part in heard.parts(Result)} == {"weather": "rain", "clock": "noon"}
    assert heard.parts(Text)[-1] == Text("And now?")


def image(chat):
    wish = Wish([Turn("user", [Text("What is it?"), Media("image", "image/png", PNG)])])
    _, _, heard = chat.ask(wish, Said([Text("A dot.")]))
    assert heard.turns[-1].parts == wish.turns[-1].parts


def file(chat):
    wish = Wish([Turn("user", [Text("Sum it up."), Media("file", "application/pdf", PDF, "report.pdf")])])
    _, _, heard = chat.ask(wish, Said([Text("Empty.")]))
    (media,) = heard.parts(Media)
    assert (media.kind, media.type, media.data) == ("file", "application/pdf", PDF)


def json_schema(chat):
    told, _, heard = chat.ask(Wish([ASKED], schema=SCHEMA), Said([Text('{"a":"b"}')]))
    assert told.texts() == '{"a":"b"}'
    assert heard.schema == SCHEMA


def reasoning(chat):
    call = Call("call_1", "weather", {"city": "Oslo"})
    said = Said([Reasoning("I must look.", "c2VhbGVk"), call], finish="tool_calls")
    wish = Wish([ASKED], tools=("weather",), reasoning=True)
    told, native, heard = chat.ask(wish, said)
    assert heard.reasoning
    assert told.reasoning() == "I must look."
    made = next(part for part in told.parts if isinstance(part, Call))
    history = [ASKED, Turn("assistant", [], native), Turn("user", [Result(made.id, "rain")])]
    _, _, heard = chat.ask(replace(wish, turns=history), Said([Text("ok")]))
    if chat.upstream.NAME == "chat":  # it has no seal
        return
    assert [part.seal for part in heard.parts(Reasoning) if part.seal] == ["c2VhbGVk"]


def prompt_cache(chat):
    usage = Usage(prompt=1000, completion=5, cached=900)
    told, _, heard = chat.ask(Wish([ASKED], cached=True), Said([Text("ok")], usage=usage))
    assert (told.usage.prompt, told.usage.cached) == (1000, 900)
    if chat.upstream.NAME in ("messages", "converse") and chat.client.NAME in ("chat", "messages"):
        assert heard.cached


# What a dialect calls its stop sequences; the Responses API has none.
STOP_NAMES = {"chat": "stop", "messages": "stop_sequences", "gemini": "generationConfig.stopSequences"}


def stop_sequence(chat):
    if chat.client.NAME == "responses":
        return "no such"
    told, _, heard = chat.ask(Wish([ASKED], stop=("END", "###")), Said([Text("It is ")], stop_sequence="END"))
    assert told.finish == "stop"
    if chat.upstream.NAME == "responses":
        assert chat.answer.header("x-tollgate-removed-fields") == STOP_NAMES[chat.client.NAME]
        return "named"
    assert heard.stop == ("END", "###")
    return None


def error_before(chat):
    chat.scripted.script = lambda exchange: exchange.answer(chat.upstream.error("It is on fire."), "500 Oh")
    told, _ = chat.send(Wish([ASKED]))
    assert chat.answer.status in (500, 502)
    assert told.error == "It is on fire."


def error_inside(chat):
    if not chat.stream:
        chat.scripted.script = lambda exchange: exchange.answer(chat.upstream.error("It is on fire."))
    else:
        events = list(chat.upstream.events(Said([Text("a long text, in pieces")])))

        def script(exchange):
            exchange.head(content_type=chat.upstream.STREAM_TYPE, chunked=True)
            for event in events[: len(events) // 2]:
                exchange.chunk(event)
            exchange.chunk(chat.upstream.error_event("It is on fire."))
            exchange.end_stream()

        chat.scripted.script = script
    told, _ = chat.send(Wish([ASKED]))
    assert told.error == "It is on fire."


def disconnect(chat):
    """The upstream leaves in the middle: the client is told, and never that the answer is complete."""
    events = list(chat.upstream.events(Said([Text("a long text, in pieces")])))

    def script(exchange):
        if chat.stream:
            exchange.head(content_type=chat.upstream.STREAM_TYPE, chunked=True)
            for event in events[: len(events) // 2]:
                exchange.chunk(event)
        else:
            exchange.head(length=10000)
            exchange.send(b'{"id":"x",')
        exchange.close()

    chat.scripted.script = script
    told, _ = chat.send(Wish([ASKED]))
    assert told.error


def usage(chat):
    counts = Usage(prompt=1000, completion=77)
    told, _, _ = chat.ask(Wish([ASKED]), Said([Text("ok")], usage=counts))
    assert told.usage == counts
    record = chat.gateway.generation(chat.account, chat.answer.header("x-generation-id"))
    assert (record["tokens_prompt"], record["tokens_completion"]) == (1000, 77)


FEATURES = [
    text,
    length,
    tools,
    parallel_tools,
    image,
    file,
    json_schema,
    reasoning,
    prompt_cache,
    stop_sequence,
    error_before,
    error_inside,
    disconnect,
    usage,
]


@pytest.fixture(scope="module", autouse=True)
def table():
    yield
    print()
    names = [feature.__name__ for feature in FEATURES]
    print(" " * 22 + "  ".join(names))
    for client in CLIENTS:
        for upstream in UPSTREAMS:
            cells = [TABLE.get((client, upstream, name), "-").ljust(len(name)) for name in names]
            print(f"{client} > {upstream}".ljust(22) + "  ".join(cells))


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_cell(gateway, account, scripted, client, upstream, feature, stream):
    cell = (client, upstream, feature.__name__)
    TABLE[cell] = "FAILED"
    TABLE[cell] = feature(Chat(gateway, account, scripted, client, upstream, stream)) or "ok"
