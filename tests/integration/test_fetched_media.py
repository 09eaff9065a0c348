"""D31: pictures and PDF files by address, for providers that take no addresses: the gateway fetches them. Where a provider
takes addresses, it is sent the address."""

import base64
import importlib
import json
import socket
import time

import pytest
import yaml

from support import aws, speaks_messages
from support.chat import chat
from support.dialects import Said, Text, converse
from support.processes import Gateway, provider
from support.scripted_upstream import ScriptedUpstream
from support.waiting import eventually

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
PDF = b"%PDF-1.7\n" + bytes(64)
GIF = b"GIF89a" + bytes(32)
PRICE = {"prompt": 1, "completion": 10}
SECRET = "token-of-somebody"
LIMITS = {
    "allowed_networks": ["127.0.0.1/32"],
    "max_bytes": 4096,
    "max_request_bytes": 6000,
    "max_count": 3,
    "timeout_ms": 1500,
}
PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
DATA_ONLY = ["converse", "bedrock", "vertex"]
CLIENTS = ["chat", "messages", "responses", "gemini"]


class Site:
    """A server of pictures: what lies at which path."""

    def __init__(self):
        self.server = ScriptedUpstream()
        self.server.script = self.serve
        self.at = {}
        self.origin = self.server.base_url.removesuffix("/v1")

    def put(self, path, body, content_type="image/png", status="200 OK", extra=()):
        self.at[path] = lambda exchange: exchange.answer(body, status, content_type=content_type, extra=extra)
        return self.origin + path

    def redirect(self, path, target):
        return self.put(path, b"", "text/plain", "302 Found", {"Location": target})

    def serve(self, exchange):
        path = exchange.request.target.split("?")[0]
        missing = lambda one: one.answer(b"none", "404 Not Found", content_type="text/plain")  # noqa: E731
        self.at.get(path, missing)(exchange)

    @property
    def paths(self):
        return [request.target for request in self.server.requests]


@pytest.fixture
def site():
    one = Site()
    yield one
    one.server.close()
    assert one.server.failures == []


def model(name, *providers):
    endpoints = [
        {"provider": where, "model": f"{where}-1", "context_length": 100_000, "prices": PRICE} for where in providers
    ]
    return {"id": name, "endpoints": endpoints}


@pytest.fixture(scope="module")
def start(tmp_path_factory, providers, scripted_server):
    started = []

    def begin(fetched=None, **options):
        directory = tmp_path_factory.mktemp("fetched")
        root = scripted_server.base_url.removesuffix("/v1")
        clouds = [
            provider("bedrock", root, dialect="bedrock-messages"),
            provider("vertex", root, dialect="vertex-messages", auth="bearer"),
        ]
        models = [model(f"one/{name}", name) for name in [*DATA_ONLY, "messages"]]
        models += [model("two/from", "messages", "converse"), model("two/to", "converse", "messages")]
        models += [model("two/data", "converse", "bedrock")]
        file = directory / "models.yaml"
        file.write_text(yaml.safe_dump({"version": 1, "models": models}))
        settings = LIMITS | (fetched or {})
        running = Gateway(
            directory, [*providers, *clouds], workers=1, catalogue=[str(file)], fetched_media=settings, **options
        )
        started.append(running)
        return running.start()

    yield begin
    for running in started:
        assert running.alive(), running.log_file.read_text()[-3000:]
        assert running.stop() == 0


@pytest.fixture(scope="module")
def gateway(start):
    return start()


def speaker_of(target):
    return converse if "/converse" in target else importlib.import_module("support.dialects.messages")


def say(exchange):
    """As whichever provider is asked."""
    target, said = exchange.request.target, Said([Text("A cat.")])
    message = speaks_messages.message([speaks_messages.text("A cat.")])
    if target.endswith(("/invoke", ":rawPredict")):
        return exchange.answer(message)
    if "invoke-with" in target:
        exchange.head(content_type=converse.STREAM_TYPE, chunked=True)
        for _, data in speaks_messages.events(message):
            exchange.chunk(aws.event("chunk", {"bytes": base64.b64encode(json.dumps(data).encode()).decode()}))
        return exchange.end_stream()
    speaker = speaker_of(target)
    streamed = ":streamRawPredict" in target or speaker.is_stream(exchange.request)
    if not streamed:
        return exchange.answer(speaker.plain(said))
    exchange.head(content_type=speaker.STREAM_TYPE, chunked=True)
    for event in speaker.events(said):
        exchange.chunk(event)
    exchange.end_stream()


BUSY = {"error": {"message": "not now", "type": "server_error", "code": None}}


def question(client, model_id, address, stream, kind="image"):
    """(path, body) of a question about what lies at an address."""
    if client == "chat":
        part = {"type": "image_url", "image_url": {"url": address}}
        if kind == "file":
            part = {"type": "file", "file": {"file_data": address}}
        return "/v1/chat/completions", chat(model=model_id, content=[part], stream=stream)
    if client == "messages":
        block = {"type": "image" if kind == "image" else "document", "source": {"type": "url", "url": address}}
        body = {"model": model_id, "max_tokens": 64, "messages": [{"role": "user", "content": [block]}]}
        return "/v1/messages", body | ({"stream": True} if stream else {})
    if client == "responses":
        part = {"type": "input_image", "image_url": address}
        if kind == "file":
            part = {"type": "input_file", "file_url": address}
        body = {"model": model_id, "input": [{"role": "user", "content": [part]}], "stream": stream}
        return "/v1/responses", body
    file = {"fileUri": address, "mimeType": "image/png" if kind == "image" else "application/pdf"}
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return f"/v1beta/models/{model_id}:{verb}", {"contents": [{"role": "user", "parts": [{"fileData": file}]}]}


FIELDS = {
    "chat": "messages[0].content[0].image_url",
    "messages": "messages[0].content[0].source.url",
    "responses": "input[0].content[0].image_url",
    "gemini": "contents[0].parts[0].fileData.fileUri",
}


def ask(gateway, model_id, address, *, client="chat", stream=False, kind="image", account=None):
    path, body = question(client, model_id, address, stream, kind)
    account = account or gateway.new_account()
    return gateway.request("POST", path, key=account.key, json=body)


def pictures_sent(request):
    """The pictures and files that a provider was sent, as (type, bytes), or addresses."""
    found = []

    def look(value):
        if isinstance(value, dict):
            source = value.get("source") or {}
            if "bytes" in source:
                found.append((value["format"], base64.b64decode(source["bytes"], validate=True)))
            elif source.get("type") == "base64":
                found.append((source["media_type"].split("/")[1], base64.b64decode(source["data"], validate=True)))
            elif source.get("type") == "url":
                found.append(source["url"])
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                look(one)

    look(request.json())
    return found


@PLAIN_AND_STREAM
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("target", DATA_ONLY)
def test_d31_a_picture_by_address_is_fetched_for_a_provider_that_takes_data(
    gateway, scripted, site, target, client, stream
):
    scripted.script = say
    address = site.put("/cat.png", PNG)
    answer = ask(gateway, f"one/{target}", f"{address}?sig={SECRET}", client=client, stream=stream)
    assert answer.status == 200, answer.body
    assert (b"A ca" if stream else b"A cat.") in answer.body  # streams cut it anywhere
    assert pictures_sent(scripted.requests[-1]) == [("png", PNG)]
    [fetched] = site.server.requests
    assert fetched.target == f"/cat.png?sig={SECRET}" and fetched.method == "GET"
    names = {name for name, _ in fetched.headers}
    assert names <= {"host", "user-agent", "accept"}, names
    assert SECRET not in gateway.log_file.read_text()


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("target", DATA_ONLY)
def test_d31_a_pdf_file_by_address_is_fetched_too(gateway, scripted, site, target, client):
    scripted.script = say
    address = site.put("/paper.pdf", PDF, "application/pdf")
    answer = ask(gateway, f"one/{target}", address, client=client, kind="file")
    assert answer.status == 200, answer.body
    assert pictures_sent(scripted.requests[-1]) == [("pdf", PDF)]


def test_d31_a_provider_that_takes_addresses_is_sent_the_address(gateway, scripted, site):
    scripted.script = say
    address = site.put("/cat.png", PNG)
    assert ask(gateway, "one/messages", address).status == 200
    assert pictures_sent(scripted.requests[-1]) == [address]
    assert site.paths == []


@PLAIN_AND_STREAM
@pytest.mark.parametrize("order", ["from", "to"])
def test_d31_the_route_that_the_failover_picks_decides(gateway, scripted, site, order, stream):
    """From a provider that takes addresses to one that does not, and the reverse."""
    first = {"from": "messages", "to": "converse"}[order]

    def script(exchange):
        is_converse = "/converse" in exchange.request.target
        if is_converse == (first == "converse"):
            return exchange.answer(BUSY, "503 Service Unavailable")
        return say(exchange)

    scripted.script = script
    address = site.put("/cat.png", PNG)
    path, body = question("chat", f"two/{order}", address, stream)
    body["provider"] = {"order": [first, {"messages": "converse", "converse": "messages"}[first]]}
    answer = gateway.request("POST", path, key=gateway.new_account().key, json=body)
    assert answer.status == 200, answer.body
    one, other = [pictures_sent(request) for request in scripted.requests]
    assert {"messages": [address], "converse": [("png", PNG)]}[first] == one
    assert {"messages": [("png", PNG)], "converse": [address]}[first] == other
    assert site.paths == ["/cat.png"]


def test_d31_what_was_fetched_is_kept_for_further_attempts_of_the_request_alone(gateway, scripted, site):
    scripted.script = lambda exchange: exchange.answer(BUSY, "503 Service Unavailable")
    address = site.put("/cat.png", PNG)
    path, body = question("chat", "two/data", address, False)
    body["provider"] = {"order": ["converse", "bedrock"]}
    account = gateway.new_account()
    assert gateway.request("POST", path, key=account.key, json=body).status == 503
    assert [pictures_sent(request) for request in scripted.requests] == [[("png", PNG)]] * 2
    assert site.paths == ["/cat.png"]
    scripted.script = say
    assert gateway.request("POST", path, key=account.key, json=body).status == 200
    assert site.paths == ["/cat.png"] * 2


# --- What is not fetched


def refused(answer, client="chat"):
    assert answer.status == 400, answer.body
    assert SECRET.encode() not in answer.body and b"127.0.0.1" not in answer.body
    assert FIELDS[client].encode() in answer.body
    return answer


@pytest.mark.parametrize("client", CLIENTS)
def test_d31_a_missing_picture_is_named_without_its_address(gateway, scripted, site, client):
    refused(ask(gateway, "one/converse", f"{site.origin}/none.png?sig={SECRET}", client=client), client)
    assert scripted.requests == []


WRONG = {
    "no picture": (b"<html>", "text/html"),
    "of another type than its bytes": (PNG, "image/gif"),
    "of a type that only its name has": (b"<html>", "image/png"),
    "of no type": (PNG, "application/octet-stream"),
    "a file in place of a picture": (PDF, "application/pdf"),
    "too large": (PNG + bytes(5000), "image/png"),
}


@pytest.mark.parametrize("what", WRONG)
def test_d31_what_is_no_picture_within_the_limits_is_refused(gateway, scripted, site, what):
    body, content_type = WRONG[what]
    refused(ask(gateway, "one/converse", site.put("/cat.png", body, content_type)))
    assert scripted.requests == []


def test_d31_several_pictures_share_limits(gateway, scripted, site):
    scripted.script = say
    account = gateway.new_account()

    def ask_about(*addresses):
        parts = [{"type": "image_url", "image_url": {"url": one}} for one in addresses]
        body = chat(model="one/converse", content=parts)
        return gateway.request("POST", "/v1/chat/completions", key=account.key, json=body)

    small = [site.put(f"/{name}.gif", GIF + bytes([name]), "image/gif") for name in range(4)]
    assert ask_about(*small[:3]).status == 200
    assert pictures_sent(scripted.requests[-1]) == [("gif", GIF + bytes([name])) for name in range(3)]
    beyond = ask_about(*small)
    assert beyond.status == 400 and "more than 3" in beyond.error["message"]
    large = [site.put(f"/{name}.png", PNG + bytes(3500)) for name in range(2)]
    assert ask_about(large[0]).status == 200
    beyond = ask_about(*large)
    assert beyond.status == 400 and beyond.error["param"] == "messages[0].content[1].image_url"


def test_d31_redirects_are_followed_where_they_may_lead(gateway, scripted, site):
    scripted.script = say
    site.put("/there/cat.png", PNG)
    address = site.redirect("/moved.png", "/there/cat.png")
    assert ask(gateway, "one/converse", address).status == 200
    assert pictures_sent(scripted.requests[-1]) == [("png", PNG)]


def test_d31_a_redirect_to_a_forbidden_place_is_not_followed(gateway, scripted, site):
    with socket.create_server(("127.0.0.2", 0)) as forbidden:
        forbidden.settimeout(0.2)
        port = forbidden.getsockname()[1]
        for target in (f"http://127.0.0.2:{port}/cat.png", f"http://2130706434:{port}/cat.png", "file:///etc/passwd"):
            refused(ask(gateway, "one/converse", site.redirect("/moved.png", target)))
        with pytest.raises(TimeoutError):
            forbidden.accept()


def test_d31_redirects_in_a_circle_end(gateway, site):
    refused(ask(gateway, "one/converse", site.redirect("/moved.png", "/moved.png")))
    assert len(site.paths) == 4


FORBIDDEN = ["http://user:pass@127.0.0.1:{port}/cat.png", "http://127.0.0.2:{port}/cat.png", "http://[::1]:{port}/cat.png"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_d31_a_forbidden_address_is_not_connected_to(gateway, site, address):
    site.put("/cat.png", PNG)
    refused(ask(gateway, "one/converse", address.format(port=site.server.address[1])))
    assert site.paths == [] and site.server.connections == 0


def test_d31_a_private_address_is_not_connected_to_unless_the_operator_allows_it(start, scripted, site):
    careful = start({"allowed_networks": []})
    refused(ask(careful, "one/converse", site.put("/cat.png", PNG)))
    secure = f"https://127.0.0.1:{site.server.address[1]}/cat.png"
    refused(ask(careful, "one/converse", secure))
    assert site.server.connections == 0 and scripted.requests == []


def silent(exchange):
    exchange.peer_left(10)
    exchange.close()


def test_d31_what_is_inside_is_told_by_neither_words_nor_time(gateway, site):
    site.at["/silent.png"] = silent
    places = [f"{site.origin}/none.png", f"{site.origin}/silent.png", "http://127.0.0.1:1/cat.png"]
    seen, took = set(), []
    for address in places:
        began = time.monotonic()
        seen.add(refused(ask(gateway, "one/converse", address)).body.split(b'"request_id"')[0])
        took.append(time.monotonic() - began)
    messages = {body for body in seen if b"cannot be fetched" in body}
    assert len(messages) == len(seen) == 1
    assert all(1.3 < one < 3 for one in took), took


def test_d31_a_client_that_leaves_ends_the_wait(gateway, scripted, site):
    ended = []
    site.at["/silent.png"] = lambda exchange: ended.append(exchange.peer_left(10))
    account = gateway.new_account()
    path, body = question("chat", "one/converse", f"{site.origin}/silent.png", False)
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("POST", path, key=account.key, json=body))
        eventually(lambda: site.paths)
        connection.reset()
    eventually(lambda: gateway.credits(account)["held"] == 0)
    eventually(lambda: ended and ended[0] is not None)
    assert scripted.requests == []


def test_d31_a_slow_server_keeps_nobody_else_waiting(gateway, scripted, site):
    scripted.script = say
    site.at["/silent.png"] = silent
    path, body = question("chat", "one/converse", f"{site.origin}/silent.png", False)
    with gateway.connect() as connection:
        connection.send(gateway.bytes_of("POST", path, key=gateway.new_account().key, json=body))
        eventually(lambda: site.paths)
        began = time.monotonic()
        assert ask(gateway, "one/converse", site.put("/cat.png", PNG)).status == 200
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("option", ["max_bytes", "max_request_bytes", "max_count", "timeout_ms", "threads"])
def test_d31_without_any_limit_nothing_is_fetched(start, scripted, site, option):
    off = start({option: 0})
    answer = ask(off, "one/converse", site.put("/cat.png", PNG))
    assert answer.status == 400 and answer.error["param"] == "messages[0]", answer.body
    assert site.paths == [] and scripted.requests == []


def test_d31_a_second_attempt_beside_the_first_fetches_nothing(start, scripted, site):
    hedging = start(routing={"hedge_after_ms": 200, "failures_before_rest": 1000})

    def script(exchange):
        time.sleep(1)
        say(exchange)

    scripted.script = script
    address = site.put("/cat.png", PNG)
    path, body = question("chat", "two/from", address, False)
    body["provider"] = {"order": ["messages", "converse"]}
    answer = hedging.request("POST", path, key=hedging.new_account().key, json=body)
    assert answer.status == 200 and answer.header("x-tollgate-provider") == "messages"
    assert site.paths == [] and len(scripted.requests) == 1
    assert hedging.metrics().sum("tollgate_hedges_total") == 0
    data = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"  # with which there is nothing to fetch
    body["messages"][0]["content"][0]["image_url"]["url"] = data
    assert hedging.request("POST", path, key=hedging.new_account().key, json=body).status == 200
    assert hedging.metrics().sum("tollgate_hedges_total") == 1
