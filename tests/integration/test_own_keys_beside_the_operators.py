"""An organization's own keys and the operator's endpoints: what one does not do to the other."""

from decimal import Decimal

import pytest

from support.chat import chat, cost_of, open_stream
from support.http_client import loads
from support.master_key import secrets_of
from support.own_keys import OPERATORS, SECRET, Shop, answers, secrets_seen
from support.people import refusal_of
from support.processes import Gateway
from support.waiting import eventually

CACHED = {"X-OpenRouter-Cache": "true"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    directory = tmp_path_factory.mktemp("beside")
    running = Gateway(directory, providers, workers=2, secrets=secrets_of(directory))
    running.start()
    yield running
    assert running.alive(), running.log_file.read_text()[-3000:]
    assert running.stop() == 0


def requests_by(gateway, **labels):
    return gateway.metrics().sum("tollgate_requests_total", **labels)


@pytest.mark.parametrize("mode", ["hybrid", "api-keys"])
def test_a_limit_below_what_is_spent_does_not_end_what_own_keys_pay_for(gateway, scripted, mode):
    answers(scripted)
    shop = Shop(gateway, credit=1)
    assert shop.ask().status == 200
    shop.store()
    shop.mode(mode)
    limit = cost_of("test/scripted", 1000, 100) / 2
    shop.team.may(shop.team.admin, "PATCH", f"/keys/{shop.hash}", {"limit": float(limit)})
    scripted.requests.clear()
    answer = shop.ask()
    assert answer.status == 200, answer.body
    assert secrets_seen(scripted) == [f"Bearer {SECRET}"]
    shop.mode("credits")
    assert refusal_of(shop.ask())[0] == 402


def test_however_many_own_keys_are_refused_the_operators_is_asked(gateway, scripted):
    dead = [f"sk-own-dead-{number}-0000000" for number in range(9)]
    answers(scripted, refused=dead)
    shop = Shop(gateway, credit=1)
    for secret in dead:
        shop.store(secret, secret)
    answer = shop.ask()
    assert answer.status == 200, answer.body
    assert secrets_seen(scripted)[-1] == f"Bearer {OPERATORS}" and shop.record(answer)["is_byok"] is False


def test_a_tenants_dead_key_is_not_counted_for_the_operators_endpoint(gateway, scripted):
    answers(scripted, refused=[SECRET])
    shop = Shop(gateway, "api-keys")
    shop.store()
    operators = {"provider": "scripted", "model": "test/scripted"}
    before, own = requests_by(gateway, **operators), requests_by(gateway, credential="own", status="502")
    assert shop.ask().status == 502
    eventually(lambda: requests_by(gateway, credential="own", status="502") == own + 1)
    answers(scripted)
    assert shop.ask().status == 200
    eventually(lambda: gateway.metrics().sum("tollgate_tokens_total", credential="own", kind="prompt") >= 1000)
    assert requests_by(gateway, **operators) == before
    assert shop.team.organization not in gateway.metrics_text()


def test_the_answer_of_an_own_keys_model_is_not_kept_as_the_first_ones(gateway, scripted):
    """Without credit the operator's model is left out: what stands in for it is nobody's answer of that model."""
    answers(scripted)
    shop = Shop(gateway)
    shop.store()
    body = chat(model="test/chat", models=["test/chat", "test/scripted"])

    def ask():
        answer = gateway.request("POST", "/v1/chat/completions", key=shop.key, json=body, headers=CACHED)
        assert answer.status == 200, answer.body
        return answer.header("x-openrouter-cache-status"), answer.header("x-tollgate-model")

    assert ask() == ("MISS", "test/scripted")
    gateway.manage("POST", f"{shop.team.path}/credits", {"amount": 1})
    assert ask() == ("MISS", "test/chat")
    assert ask() == ("HIT", "test/chat")


def test_what_credit_affords_of_a_fee_is_by_the_fee(start_gateway, tmp_path, scripted):
    answers(scripted)
    gateway = start_gateway(secrets=secrets_of(tmp_path), provider_keys={"fee_basis_points": 1000})
    shop = Shop(gateway, "api-keys", credit=0.0001)
    shop.store()
    refused = shop.ask(max_tokens=4000)
    assert refused.status == 402, refused.body
    most = loads(refused.body)["error"]["max_tokens_affordable"]
    assert shop.ask(max_tokens=most).status == 200
    assert shop.ask(max_tokens=4 * most).status == 402


@pytest.mark.parametrize("refused", [[], [SECRET]], ids=["own key", "operator's"])
def test_after_a_crash_the_attempt_in_use_says_who_is_billed(start_gateway, tmp_path, scripted, refused):
    def script(exchange):
        if exchange.request.header("authorization") in [f"Bearer {one}" for one in refused]:
            return exchange.answer({"error": {"message": "bad key"}}, "401 Unauthorized")
        exchange.start_stream()
        for _ in range(20):
            exchange.event({"choices": [{"index": 0, "delta": {"content": "word "}}]})
        exchange.peer_left(20)

    scripted.script = script
    gateway = start_gateway(secrets=secrets_of(tmp_path), provider_keys={"fee_basis_points": 500})
    shop = Shop(gateway, credit=1)
    shop.store()
    open_stream(gateway, shop, model="test/scripted").read_until(b"word ")
    gateway.kill()
    gateway.start()
    [record] = gateway.manage("GET", f"{shop.team.path}/activity?limit=5")["data"]
    part = 1 if refused else 20
    assert record["is_byok"] is not bool(refused)
    assert record["charged"] == pytest.approx(record["upstream_inference_cost"] / part, abs=Decimal("1e-9"))
    assert shop.credits()["total_usage"] == record["charged"] > 0 and shop.credits()["held"] == 0
