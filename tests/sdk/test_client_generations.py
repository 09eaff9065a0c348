"""What clients of each dialect demand of headers and streams, whatever SDK they use."""

import pytest

from support.dialects import Said, Text, Turn, Wish, chat, gemini, messages

ASKED = Wish([Turn("user", [Text("Say something.")])])


def answer(scripted, dialect):
    def script(exchange):
        exchange.head(content_type=dialect.STREAM_TYPE, chunked=True)
        for event in dialect.events(Said([Text("Something.")])):
            exchange.chunk(event)
        exchange.end_stream()

    scripted.script = script


@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
@pytest.mark.parametrize("header, value", [("x-api-key", "{}"), ("Authorization", "Bearer {}")])
def test_messages_take_the_keys_of_both_generations_and_name_every_event(
    gateway, account, scripted, header, value, version
):
    answer(scripted, messages)
    path, body = messages.ask(ASKED, "test/messages", stream=True)
    headers = {header: value.format(account.key), "anthropic-version": version}
    told = gateway.request("POST", path, json=body, headers=headers)
    assert told.status == 200, told.body
    frames = told.body.decode().strip().split("\n\n")
    assert all(frame.startswith("event: ") for frame in frames)


@pytest.mark.parametrize("model", ["test/chats", "test/gemini"])
def test_streams_of_generate_content_have_neither_done_nor_named_events(gateway, account, scripted, model):
    answer(scripted, chat if model == "test/chats" else gemini)
    path, body = gemini.ask(ASKED, model, stream=True)
    told = gateway.request("POST", path, json=body, headers={"x-goog-api-key": account.key})
    assert told.status == 200, told.body
    assert b"[DONE]" not in told.body and b"event:" not in told.body
