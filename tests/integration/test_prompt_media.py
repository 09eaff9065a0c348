"""Files, sound and video in a prompt cost what is in them, not their base64: small credit is enough for them."""

import pytest

from support.chat import cost_of, open_stream, post_chat
from support.waiting import eventually

MODEL = "test/chat"
CONTEXT = 128_000
PDF = "data:application/pdf;base64," + "A" * 4_000_000
PICTURE = "data:image/png;base64," + "A" * 4_000_000
REPORTED = 9000

FILE = {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}}
PARTS = {
    "file": FILE,
    "input_file": {"type": "input_file", "filename": "a.pdf", "file_data": PDF},
    "sound": {"type": "input_audio", "input_audio": {"format": "mp3", "data": "A" * 4_000_000}},
    "video": {"type": "video_url", "video_url": {"url": "data:video/mp4;base64," + "A" * 4_000_000}},
    "picture": {"type": "image_url", "image_url": {"url": PICTURE}},
}


@pytest.mark.parametrize("kind", PARTS)
@pytest.mark.parametrize("stream", [True, False])
def test_four_megabytes_of_media_pass_with_little_credit(start_gateway, kind, stream):
    gateway = start_gateway()
    account = gateway.new_account(str(cost_of(MODEL, CONTEXT, 100)))
    content = [{"type": "text", "text": "What is in it?"}, PARTS[kind]]
    answer = post_chat(
        gateway, account, f"tokens=5 prompt_tokens={REPORTED}", content=content, max_tokens=100, stream=stream
    )
    assert answer.status == 200, answer.body
    assert gateway.credits(account)["total_usage"] == cost_of(MODEL, REPORTED, 5)


def test_an_assistants_pictures_are_replayed_with_little_credit(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account(str(cost_of(MODEL, 4000, 100)))
    messages = [
        {"role": "user", "content": "Draw."},
        {
            "role": "assistant",
            "content": "",
            "images": [{"type": "image_url", "image_url": {"url": PICTURE}}],
            "reasoning_details": [{"type": "reasoning.encrypted", "data": "A" * 6_000}],
        },
        {"role": "user", "content": "Again."},
    ]
    answer = post_chat(gateway, account, "tokens=5", messages=messages, max_tokens=100)
    assert answer.status == 200, answer.body


def test_an_abandoned_file_is_charged_for_no_more_than_the_context(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("1")
    content = [FILE] * 4
    with open_stream(gateway, account, "tokens=2000 token_ms=20", content=content, max_tokens=2000) as connection:
        connection.read_until(b"data:")
        connection.reset()
    eventually(lambda: gateway.credits(account)["held"] == 0 and gateway.credits(account)["total_usage"] > 0)
    assert gateway.credits(account)["total_usage"] <= cost_of(MODEL, CONTEXT, 2000)
