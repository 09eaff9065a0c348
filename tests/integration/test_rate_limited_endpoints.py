"""Endpoints whose provider asks for less: who is asked meanwhile, and what the client is told to wait."""

import pytest

from support.chat import GOOD_ANSWER, chat
from support.processes import provider

CATALOGUE = """
version: "1"
models:
  - {id: two/chat, endpoints: [{provider: one, model: m, prices: {prompt: 1, completion: 1}},
                               {provider: other, model: m, prices: {prompt: 1, completion: 1}}]}
"""


@pytest.fixture
def two(start_gateway, tmp_path, scripted_server):
    file = tmp_path / "two.yaml"
    file.write_text(CATALOGUE)
    providers = [provider(name, scripted_server.base_url) for name in ("one", "other")]
    return start_gateway(providers=providers, catalogue=[str(file)])


def asks_for_less(waits):
    """A script of providers that answer 429, each with its own wait, or none."""

    def script(exchange):
        name = exchange.request.header("authorization").removeprefix("Bearer ").removesuffix("-upstream-key")
        if name not in waits:
            return exchange.answer(GOOD_ANSWER)
        extra = {"Retry-After": waits[name]} if waits[name] else {}
        exchange.answer({"error": {"message": "slow down"}}, "429 Too Many Requests", extra=extra)

    return script


def ask(gateway, account, *order):
    body = chat(model="two/chat", provider={"order": list(order)} if order else {})
    return gateway.request("POST", "/v1/chat/completions", key=account.key, json=body)


@pytest.mark.parametrize("order", [("one", "other"), ("other", "one")])
def test_the_client_waits_for_whoever_is_back_first(two, scripted, order):
    scripted.script = asks_for_less({"one": 60, "other": 20})
    answer = ask(two, two.new_account(), *order)
    assert (answer.status, len(scripted.requests)) == (429, 2)
    assert 18 <= int(answer.header("retry-after")) <= 20


def test_where_all_rest_one_is_asked(two, scripted):
    scripted.script = asks_for_less({"one": 60, "other": 20})
    account = two.new_account()
    ask(two, account)
    scripted.requests.clear()
    for asked in range(1, 4):
        answer = ask(two, account)
        assert answer.status == 429 and int(answer.header("retry-after")) <= 20
        assert len(scripted.requests) == asked


def test_who_rests_is_not_asked_before_who_does_not(two, scripted):
    scripted.script = asks_for_less({"one": 60})
    account = two.new_account()
    assert ask(two, account, "one", "other").status == 200
    scripted.requests.clear()
    for _ in range(5):
        assert ask(two, account, "one", "other").header("x-tollgate-provider") == "other"
    assert len(scripted.requests) == 5


def test_a_wait_of_the_last_provider_alone_is_told_as_it_is(two, scripted):
    scripted.script = asks_for_less({"one": None, "other": 20})
    assert ask(two, two.new_account(), "one", "other").header("retry-after") == "20"
