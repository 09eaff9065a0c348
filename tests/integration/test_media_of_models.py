"""Pictures, sound, video and files go to models that take them, by the price list's input_modalities."""

import pytest
import yaml

from support.chat import post_chat
from support.processes import provider

SOUND = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
PICTURE = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
TEXT = {"type": "text", "text": "hi"}
MODELS = [
    {"id": "m/seeing", "input_modalities": ["text", "image"], "endpoints": [{"prices": {"prompt": 2, "completion": 2}}]},
    {"id": "m/unlisted", "endpoints": [{"prices": {"prompt": 1, "completion": 1}}]},
]


@pytest.fixture
def listed(start_gateway, sample, tmp_path):
    """(gateway, account) over a model that is listed with what it takes, and a cheaper one that is not."""
    for model in MODELS:
        model["endpoints"][0] |= {"provider": "sample", "model": "echo"}
    file = tmp_path / "catalogue.yaml"
    file.write_text(yaml.safe_dump({"version": "1", "models": MODELS}))
    gateway = start_gateway(providers=[provider("sample", sample.base_url)], catalogue=[str(file)])
    return gateway, gateway.new_account()


def ask_with(listed, part, model, **fields):
    gateway, account = listed
    return post_chat(gateway, account, "tokens=5", model=model, content=[part], max_tokens=10, **fields)


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_gets_no_media_that_it_is_not_listed_for(listed, stream):
    assert ask_with(listed, PICTURE, "m/seeing", stream=stream).status == 200
    refused = ask_with(listed, SOUND, "m/seeing", stream=stream, headers={"x-openrouter-metadata": "enabled"})
    assert refused.status == 404 and "'m/seeing' takes no audio input" in refused.error["message"], refused.body
    assert (refused.error["code"], refused.error["param"]) == ("no_allowed_provider", "messages")
    removed = refused.json()["openrouter_metadata"]["endpoints"]["removed"]
    assert {(one["rule"], one["level"]) for one in removed} == {("input_modalities", "price_list")}


def test_media_go_to_the_model_that_takes_them(listed):
    assert ask_with(listed, SOUND, "m/unlisted").status == 200, "nobody says what it takes"
    assert ask_with(listed, SOUND, "m/seeing", models=["m/unlisted"]).header("x-tollgate-model") == "m/unlisted"
    assert ask_with(listed, PICTURE, "auto").header("x-tollgate-model") == "m/seeing"
    assert ask_with(listed, TEXT, "auto").header("x-tollgate-model") == "m/unlisted", "it is the cheapest"
    assert ask_with(listed, SOUND, "auto").status == 404


def test_media_are_known_in_every_api(listed):
    gateway, account = listed
    pdf = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}}
    file = {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA"}
    inline = {"inlineData": {"mimeType": "application/pdf", "data": "AAAA"}}
    bodies = {
        "/v1/messages": {"model": "m/seeing", "max_tokens": 9, "messages": [{"role": "user", "content": [pdf]}]},
        "/v1/responses": {"model": "m/seeing", "input": [{"role": "user", "content": [file]}]},
        "/v1beta/models/m/seeing:generateContent": {"contents": [{"parts": [inline]}]},
    }
    for path, body in bodies.items():
        answer = gateway.request("POST", path, key=account.key, json=body)
        assert answer.status == 404 and "takes no file input" in str(answer.body), (path, answer.body)


def test_the_length_of_a_prompt_can_be_asked_of_any_model(listed):
    gateway, account = listed
    body = {"model": "m/seeing", "messages": [{"role": "user", "content": [SOUND]}]}
    counted = gateway.request("POST", "/v1/messages/count_tokens", key=account.key, json=body)
    assert counted.status == 200 and counted.json()["input_tokens"] > 0
