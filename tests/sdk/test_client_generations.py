"""What clients of each dialect demand of keys, headers and streams, whatever SDK they use, with every dialect behind it.
Anthropic's SDKs see nothing of a stream whose events have no names; Google's fail on a `[DONE]` and on named events."""

import json

import pytest

from support.dialects import Said, Text, Turn, Wish, chat, converse, gemini, messages, responses

ASKED = Wish([Turn("user", [Text("Say something.")])])
UPSTREAMS = {
    "test/chats": chat,
    "test/messages": messages,
    "test/responses": responses,
    "test/gemini": gemini,
    "test/converse": converse,
}
KEY_HEADERS = [("x-api-key", "{}"), ("Authorization", "Bearer {}")]
VERSIONS = ["2023-06-01", "2026-10-21"]


def answer(scripted, dialect, cut=False):
    def script(exchange):
        exchange.head(content_type=dialect.STREAM_TYPE, chunked=True)
        events = list(dialect.events(Said([Text("Something, in pieces.")])))
        for event in events[: len(events) // 2] if cut else events:
            exchange.chunk(event)
        if cut:
            exchange.close()
        else:
            exchange.end_stream()

    scripted.script = script


def frames_of(told):
    assert told.status == 200 and told.header("content-type").startswith("text/event-stream"), told.body
    return [frame.split("\n") for frame in told.body.decode().strip().split("\n\n")]


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut"])
@pytest.mark.parametrize("model, upstream", UPSTREAMS.items(), ids=UPSTREAMS)
def test_every_event_of_messages_has_the_name_that_its_type_says(gateway, account, scripted, model, upstream, cut):
    answer(scripted, upstream, cut)
    path, body = messages.ask(ASKED, model, stream=True)
    frames = frames_of(gateway.request("POST", path, json=body, headers={"x-api-key": account.key}))
    for name, data in frames:
        assert name == "event: " + json.loads(data.removeprefix("data: "))["type"]
    assert frames[0][0] == "event: message_start"
    assert frames[-1][0] == ("event: error" if cut else "event: message_stop")


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut"])
@pytest.mark.parametrize("model, upstream", UPSTREAMS.items(), ids=UPSTREAMS)
def test_streams_of_generate_content_have_neither_done_nor_named_events(
    gateway, account, scripted, model, upstream, cut
):
    answer(scripted, upstream, cut)
    path, body = gemini.ask(ASKED, model, stream=True)
    frames = frames_of(gateway.request("POST", path, json=body, headers={"x-goog-api-key": account.key}))
    told = [json.loads(line.removeprefix("data: ")) for (line,) in frames]
    assert "candidates" in told[0] and ("error" in told[-1]) == cut


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("header, value", KEY_HEADERS)
@pytest.mark.parametrize("stream", [False, True])
def test_messages_take_the_keys_of_both_generations(gateway, account, scripted, header, value, version, stream):
    path, body = messages.ask(ASKED, "test/messages", stream)
    if stream:
        answer(scripted, messages)
    else:
        scripted.script = lambda exchange: exchange.answer(messages.plain(Said([Text("Something.")])))
    told = gateway.request(
        "POST", path, json=body, headers={header: value.format(account.key), "anthropic-version": version}
    )
    assert told.status == 200, told.body
    assert scripted.requests[-1].header("anthropic-version") == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("header, value", KEY_HEADERS)
def test_counting_tokens_and_refusals_take_them_too(gateway, account, header, value, version):
    path, body = messages.ask(ASKED, "test/chats", stream=False)
    headers = {"anthropic-version": version, header: value.format(account.key)}
    counted = gateway.request("POST", path + "/count_tokens", json=body, headers=headers)
    assert counted.status == 200 and counted.json()["input_tokens"] > 0
    refused = gateway.request("POST", path, json=body, headers=headers | {header: value.format("no-key")})
    assert refused.status == 401 and refused.json()["error"]["type"] == "authentication_error"


def test_what_is_translated_is_of_the_version_that_the_gateway_writes(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(messages.plain(Said([Text("Something.")])))
    for client, headers in ((chat, {"anthropic-version": VERSIONS[1]}), (messages, {})):
        path, body = client.ask(ASKED, "test/messages", stream=False)
        told = gateway.request("POST", path, key=account.key, json=body, headers=headers)
        assert told.status == 200, told.body
        assert scripted.requests[-1].header("anthropic-version") == VERSIONS[0]


def test_what_is_added_is_of_that_version_too(gateway, account, scripted):
    """The newest takes no temperature."""
    scripted.script = lambda exchange: exchange.answer(messages.plain(Said([Text("Something.")])))
    preset = {"slug": "warm", "parameters": {"temperature": 0.3}}
    gateway.manage("POST", f"/api/organizations/{account.organization}/presets", preset)
    path, body = messages.ask(ASKED, "test/messages", stream=False)
    told = gateway.request(
        "POST", path, key=account.key, json=body | {"preset": "warm"}, headers={"anthropic-version": VERSIONS[1]}
    )
    assert told.status == 200, told.body
    assert scripted.requests[-1].json()["temperature"] == 0.3
    assert scripted.requests[-1].header("anthropic-version") == VERSIONS[0]
