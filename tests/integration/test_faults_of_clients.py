"""Faults that public reports of other gateways name, as docs/faults.md lists them: what clients send and meet."""

import pytest

from attacks.arena import base64_text
from support.chat import post_chat
from support.processes import Gateway

FILE = base64_text(4_000_000)
MEDIA = {
    "file": {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{FILE}"}},
    "sound": {"type": "input_audio", "input_audio": {"data": FILE, "format": "wav"}},
    "video": {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{FILE}"}},
    "image": {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{FILE}"}},
}


@pytest.fixture(scope="module")
def large(tmp_path_factory, providers):
    """A gateway that takes large bodies, as one with default limits does."""
    running = Gateway(tmp_path_factory.mktemp("large"), providers, workers=1).start()
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("what", MEDIA)
def test_media_in_a_prompt_is_held_as_media(large, what):
    account = large.new_account("0.20")  # 4 MB as text would need 0.15 a million tokens, and more
    content = [{"type": "text", "text": "Read this."}, MEDIA[what]]
    answer = post_chat(large, account, "tokens=5", content=content, max_tokens=100)
    assert answer.status == 200, answer.body
    poor = large.new_account("0.000001")
    refused = post_chat(large, poor, "tokens=5", content=content, max_tokens=100)
    assert refused.status == 402 and refused.error["needed"] < 0.02  # the context is 128,000 tokens: 0.0192


def test_an_assistants_picture_that_is_replayed_is_no_text(large):
    account = large.new_account("0.05")
    messages = [
        {"role": "user", "content": "draw"},
        {"role": "assistant", "content": "", "images": [MEDIA["image"]]},
        {"role": "user", "content": "again"},
    ]
    body = {"model": "test/chat", "messages": messages, "max_tokens": 100}
    assert large.request("POST", "/v1/chat/completions", key=account.key, json=body).status == 200


def test_a_completion_of_no_tokens_scores_a_text(gateway, account):
    body = {"model": "test/chat", "prompt": "The capital", "max_tokens": 0, "echo": True, "logprobs": 1}
    assert gateway.request("POST", "/v1/completions", key=account.key, json=body).status == 200
