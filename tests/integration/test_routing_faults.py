"""Routing where several of its rules meet: what stands in the list of models, what errors and answers from the cache explain."""

import signal

import pytest
import yaml

from support.chat import post_chat
from support.people import new_team
from support.processes import PRICES
from support.sse import Stream
from support.waiting import eventually

EXPLAIN = {"X-OpenRouter-Metadata": "enabled"}


def explanation_of(answer):
    if not answer.header("content-type").startswith("text/event-stream"):
        return answer.json()["openrouter_metadata"]
    (told,) = [event["openrouter_metadata"] for event in Stream(answer.body).events if "openrouter_metadata" in event]
    return told


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_an_answer_from_the_cache_explains_itself(gateway, stream):
    account = gateway.new_account()
    headers = EXPLAIN | {"X-OpenRouter-Cache": "true"}
    first, second = (post_chat(gateway, account, "tokens=5", stream=stream, headers=headers) for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert second.header("x-openrouter-cache-status") == "HIT"
    assert len(explanation_of(first)["attempts"]) == 1
    told = explanation_of(second)
    assert told["attempts"] == [] and told["attempt"] == 0 and "sent again" in told["summary"]
    assert [one["selected"] for one in told["endpoints"]["available"]] == [True]


def test_a_cached_answer_tells_only_those_who_ask(gateway):
    account = gateway.new_account()
    cached = {"X-OpenRouter-Cache": "true"}
    post_chat(gateway, account, "tokens=5", headers=cached | EXPLAIN)
    plain = post_chat(gateway, account, "tokens=5", headers=cached)
    assert plain.header("x-openrouter-cache-status") == "HIT" and "openrouter_metadata" not in plain.json()


@pytest.mark.parametrize("path", ["/v1/messages", "/api/v1/messages"])
def test_an_error_of_messages_explains_itself_beside_the_error(gateway, account, path):
    asked = {"model": "test/down", "max_tokens": 10, "messages": [{"role": "user", "content": "x"}]}
    answer = gateway.request("POST", path, key=account.key, json=asked, headers=EXPLAIN)
    assert answer.status == 502 and answer.json()["type"] == "error"
    (attempt,) = answer.json()["openrouter_metadata"]["attempts"]
    assert (attempt["provider"], attempt["error"]) == ("down", "upstream_unreachable")
    assert "openrouter_metadata" not in gateway.request("POST", path, key=account.key, json=asked).json()


def test_an_empty_price_list_leaves_the_old_one_in_force(start_gateway, tmp_path):
    file = tmp_path / "prices.yaml"
    file.write_text(PRICES.read_text())
    gateway = start_gateway(catalogue=[str(file)])
    account = gateway.new_account()
    file.write_text('version: "2"\nmodels: []\n')
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: "prices.yaml: models: no file has any" in gateway.log_file.read_text())
    assert post_chat(gateway, account, "tokens=5").status == 200


def test_a_model_that_needs_a_service_tier_is_not_in_the_list_of_what_can_be_called(start_gateway, tmp_path):
    content = yaml.load(PRICES.read_text(), yaml.BaseLoader)
    prices = {"prompt": "1", "completion": "1"}
    for name, tiers in (("test/priority-alone", ["priority"]), ("test/usual", [])):
        endpoint = {"provider": "sample", "model": "echo", "prices": prices} | ({"service_tiers": tiers} if tiers else {})
        content["models"].append({"id": name, "endpoints": [endpoint]})
    file = tmp_path / "prices.yaml"
    file.write_text(yaml.safe_dump(content))
    gateway = start_gateway(catalogue=[str(file)])
    account = gateway.new_account()
    for path in ("/v1/models", "/api/v1/models"):
        ids = [one["id"] for one in gateway.request("GET", path, key=account.key).json()["data"]]
        assert "test/usual" in ids and "test/priority-alone" not in ids
    assert post_chat(gateway, account, "tokens=5", model="test/priority-alone").status == 400
    assert post_chat(gateway, account, "tokens=5", model="test/priority-alone", service_tier="priority").status == 200


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_base_url_with_a_port_that_is_none_is_refused(gateway, port):
    crew = new_team(gateway)
    key = {"provider": "scripted", "label": "main", "secret": "sk-of-a-provider", "skip_test": True}
    answer = crew.ask(crew.admin, "POST", "/provider-keys", key | {"base_url": f"https://api.example.com:{port}/v1"})
    assert answer.status == 400 and "port" in answer.error["message"], answer.text
