"""Where requests go: the provider object, fallback models, health, conversations, and the explanation of all that."""

import time
from pathlib import Path

import pytest
import yaml

from support import speaks_messages
from support.chat import GOOD_ANSWER, ORDERS, chat, post_chat, stream_chat
from support.processes import PRICES
from support.routes import explained, removed, served_by

TWO = "test/failover-scripted"  # served by `scripted`, ten times dearer, and by `sample`
EXPLAIN = {"x-openrouter-metadata": "enabled"}
BROKEN = {"error": {"message": "not now", "type": "server_error", "code": None}}
RESTS = {"failures_before_rest": 3, "shortest_rest_ms": 1000, "longest_rest_ms": 4000}


def answer_well(exchange):
    exchange.answer(GOOD_ANSWER)


def fail(exchange):
    exchange.answer(BROKEN, "503 Service Unavailable")


def test_the_provider_object_decides_who_is_asked(gateway, account, scripted):
    scripted.script = answer_well
    ask = lambda **of: served_by(post_chat(gateway, account, model=TWO, provider=of))  # noqa: E731
    assert ask(order=["scripted"]) == "scripted"
    assert ask(order=["sample", "scripted"]) == "sample"
    assert ask(order=["nobody", "Scripted"]) == "scripted", "who does not host it is skipped; names are not case-sensitive"
    assert ask(only=["scripted"]) == "scripted"
    assert ask(ignore=["sample"]) == "scripted"
    assert ask(max_price={"prompt": "0.2", "completion": 1}) == "sample"
    assert ask(sort="price") == ask(sort={"by": "price", "partition": "none"}) == "sample"
    assert ask(sort={"by": None}, only=["scripted"]) == ask(sort={"partition": "none"}, only=["scripted"]) == "scripted"
    assert "provider" not in scripted.requests[0].json()


def test_without_fallbacks_the_error_is_the_answer(gateway, account, scripted):
    scripted.script = fail
    with_order = {"order": ["scripted"], "allow_fallbacks": False}
    assert post_chat(gateway, account, model=TWO, provider=with_order).status == 503
    assert served_by(post_chat(gateway, account, model=TWO, provider={"order": ["scripted"]})) == "sample"


@pytest.mark.parametrize(
    "wrong, param",
    [
        ({"provider": {"bogus": 1}}, "provider.bogus"),
        ({"provider": {"order": "sample"}}, "provider.order"),
        ({"provider": {"sort": {"by": "speed"}}}, "provider.sort.by"),
        ({"provider": {"quantizations": ["fp7"]}}, "provider.quantizations"),
        ({"provider": {"max_price": {"prompt": -1}}}, "provider.max_price.prompt"),
        ({"provider": []}, "provider"),
        ({"models": "test/chat"}, "models"),
        ({"models": [1]}, "models"),
        ({"models": ["m"] * 9}, "models"),
        ({"models": [""]}, "models"),
    ],
)
def test_a_wrong_member_is_named(gateway, account, wrong, param):
    answer = post_chat(gateway, account, **wrong)
    assert (answer.status, answer.error["param"]) == (400, param), answer.body


def test_what_an_organization_leaves_out_no_request_brings_back(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    key = team.may(team.member, "POST", "/keys", {"name": "k"})["key"]
    team.may(team.admin, "PUT", "/provider-preferences", {"ignore": ["scripted"]})
    body = chat(model=TWO, provider={"only": ["scripted"]})
    answer = gateway.request("POST", "/v1/chat/completions", key=key, json=body, headers=EXPLAIN)
    assert (answer.status, answer.error["code"], answer.error["rules"]) == (404, "no_allowed_provider", ["only", "ignore"])
    assert removed(explained(answer)) == {("scripted", "ignore", "organization"), ("sample", "only", "request")}


def test_the_next_model_answers_where_the_first_cannot(gateway, account):
    for fields in ({"model": "test/down", "models": ["no/such", "test/chat"]}, {"model": None, "models": ["test/down", "test/chat"]}):
        answer = post_chat(gateway, account, headers=EXPLAIN, **fields)
        assert served_by(answer) == "sample" and answer.header("x-tollgate-model") == "test/chat"
        assert explained(answer)["strategy"] == "fallback"
        assert [one["provider"] for one in explained(answer)["attempts"]] == ["down", "sample"]
        record = gateway.generation(account, answer.header("x-generation-id"))
        assert record["model"] == "test/chat"


MESSAGES = {"model": "no/such", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize("upstream", ["test/chat", "test/messages"])
def test_messages_name_further_models_as_fallbacks(gateway, account, scripted, upstream):
    scripted.script = speaks_messages.answers(speaks_messages.message([speaks_messages.text("hello")]))
    body = MESSAGES | {"fallbacks": [{"model": "nor/this"}, {"model": upstream}]}
    answer = gateway.request("POST", "/v1/messages", key=account.key, json=body)
    assert answer.status == 200 and answer.header("x-tollgate-model") == upstream, answer.body
    assert answer.header("x-tollgate-removed-fields") is None
    assert all("fallbacks" not in one.json() for one in scripted.requests)


@pytest.mark.parametrize(
    ("fallbacks", "param"),
    [
        ([{"model": "m"}] * 4, "fallbacks"),
        ([{"model": "m", "max_tokens": 5}], "fallbacks[0].max_tokens"),
        ([{}], "fallbacks[0].model"),
        (["m"], "'fallbacks[0]' must be an object"),
        ("m", "fallbacks"),
        ([{"model": "m\n"}], "fallbacks"),
    ],
)
def test_wrong_fallbacks_are_named(gateway, account, fallbacks, param):
    answer = gateway.request("POST", "/v1/messages", key=account.key, json=MESSAGES | {"fallbacks": fallbacks})
    assert answer.status == 400 and param in answer.error["message"], answer.body


def test_fallbacks_do_not_stand_beside_models(gateway, account):
    body = MESSAGES | {"fallbacks": [{"model": "test/chat"}], "models": ["test/chat"]}
    assert gateway.request("POST", "/v1/messages", key=account.key, json=body).status == 400
    body = MESSAGES | {"fallbacks": None, "models": ["test/chat"]}
    assert gateway.request("POST", "/v1/messages", key=account.key, json=body).status == 200


def test_variants_and_addresses(gateway, account):
    assert served_by(post_chat(gateway, account, model=f"{TWO}:floor")) == "sample"
    assert served_by(post_chat(gateway, account, model=f"sample/{TWO}")) == "sample"
    assert served_by(post_chat(gateway, account, model="~test/chat-latest")) == "sample"
    assert post_chat(gateway, account, model="test/chat:free").status == 404
    answer = post_chat(gateway, account, model="test/chat:online")
    assert answer.status == 400 and "online" in answer.error["message"]


# --- The explanation

def test_an_answer_explains_itself_plain_and_streamed(gateway, account, scripted):
    scripted.script = fail
    fields = {"model": TWO, "provider": {"order": ORDERS[TWO], "max_price": {"prompt": 2}}, "headers": EXPLAIN}
    plain = explained(post_chat(gateway, account, **fields))
    answer, events = stream_chat(gateway, account, stream_options={"include_usage": True}, **fields)
    (streamed,) = [event["openrouter_metadata"] for event in events.events if "openrouter_metadata" in event]
    assert events.done and "openrouter_metadata" in events.events[-1]
    assert streamed == plain
    assert plain["attempt"] == 2 and plain["requested"] == TWO and plain["strategy"] == "direct"
    assert [(one["provider"], one["status"], one["error"]) for one in plain["attempts"]] == [
        ("scripted", 503, "upstream_error"), ("sample", 200, None)]
    assert [(one["provider"], one["reason"], one["selected"]) for one in plain["endpoints"]["available"]] == [
        ("scripted", "ordered", False), ("sample", "ordered", True)]
    assert "openrouter_metadata" not in post_chat(gateway, account).json()
    assert "openrouter_metadata" in post_chat(gateway, account, headers={"x-tollgate-explain": "1"}).json()


def test_an_error_explains_itself_in_both_flavours(gateway, account):
    for path in ("/v1/chat/completions", "/api/v1/chat/completions"):
        answer = post_chat(gateway, account, path=path, model="test/down", headers=EXPLAIN)
        assert answer.status == 502
        (attempt,) = explained(answer)["attempts"]
        assert (attempt["provider"], attempt["status"], attempt["error"]) == ("down", None, "upstream_unreachable")
        assert explained(answer)["endpoints"]["total"] == 1


def test_a_preview_calls_nobody(gateway, team, scripted):
    body = {"model": TWO, "provider": {"order": ["scripted"], "ignore": ["sample"]}}
    preview = team.may(team.member, "POST", "/routing/preview", body)
    assert [one["provider"] for one in preview["endpoints"]["available"]] == ["scripted"]
    assert removed(preview) == {("sample", "ignore", "request")}
    assert preview["attempts"] == [] and preview["error"] is None and scripted.requests == []
    team.may(team.admin, "PUT", "/provider-preferences", {"ignore": ["scripted"]})
    preview = team.may(team.member, "POST", "/routing/preview", body)
    assert preview["error"]["code"] == "no_allowed_provider"
    wrong = team.ask(team.member, "POST", "/routing/preview", {"model": TWO, "provider": {"bogus": 1}})
    assert (wrong.status, wrong.error["param"]) == (400, "provider.bogus")


# --- Health

def test_d70_a_rate_limit_rests_as_long_as_it_says_and_others_answer(start_gateway, scripted):
    gateway = start_gateway()
    account = gateway.new_account()
    scripted.script = lambda exchange: exchange.answer(BROKEN, "429 Too Many Requests", extra={"retry-after": "2"})
    for _ in range(3):
        answer = post_chat(gateway, account, model=TWO, headers=EXPLAIN)
        assert served_by(answer) == "sample"
    assert len(scripted.requests) == 1, "it is left alone"
    last = explained(answer)["endpoints"]["available"][-1]
    assert (last["provider"], last["setback"]) == ("scripted", "rate_limited")
    time.sleep(2.2)
    scripted.script = answer_well
    assert served_by(post_chat(gateway, account, model=TWO)) == "scripted"


def test_d66_a_bad_request_of_one_benches_nobody(start_gateway, scripted):
    gateway = start_gateway(routing=RESTS)
    account = gateway.new_account()
    for status in ("400 Bad Request", "413 Payload Too Large", "422 Unprocessable Content") * 2:
        scripted.script = lambda exchange, status=status: exchange.answer(BROKEN, status)
        assert post_chat(gateway, account, model=TWO).status == int(status[:3])
    assert len(scripted.requests) == 6, "one call each"
    scripted.script = answer_well
    assert served_by(post_chat(gateway, account, model=TWO)) == "scripted"


def test_a_dead_endpoint_is_left_alone_and_found_again(start_gateway, scripted):
    gateway = start_gateway(routing=RESTS)
    account = gateway.new_account()
    scripted.script = fail
    until = time.monotonic() + 6
    requests = 0
    while time.monotonic() < until:
        assert served_by(post_chat(gateway, account, "tokens=1", model=TWO)) == "sample"
        requests += 1
        time.sleep(0.02)
    assert requests > 10 and len(scripted.requests) <= 3 + 4, (requests, len(scripted.requests))
    scripted.script = answer_well
    back = time.monotonic()
    while served_by(post_chat(gateway, account, "tokens=1", model=TWO)) != "scripted":
        assert time.monotonic() - back < 5
        time.sleep(0.05)
    for _ in range(5):
        assert served_by(post_chat(gateway, account, model=TWO)) == "scripted", "it has its share at once"


# --- Balance and conversations

@pytest.fixture
def balanced(start_gateway, tmp_path, sample, scripted):
    """A gateway with a model at two endpoints of one price, whose caches save something."""
    prices = {"prompt": "1", "completion": "2", "cache_read": "0.1"}
    endpoints = [{"provider": name, "model": "echo", "prices": prices} for name in ("sample", "scripted")]
    file = tmp_path / "prices.yaml"
    known = yaml.safe_load(Path(PRICES).read_text())
    known["models"].append({"id": "test/balanced", "endpoints": endpoints})
    file.write_text(yaml.safe_dump(known))
    scripted.script = answer_well
    return start_gateway(catalogue=[str(file)], routing=RESTS)


def spread(gateway, account, count, **fields):
    return [served_by(post_chat(gateway, account, "tokens=1", model="test/balanced", **fields)) for _ in range(count)]


def test_conversations_are_spread_and_stay(balanced):
    account = balanced.new_account()
    homes = []
    for number in range(24):
        names = ({"session_id": f"s{number}"}, {"prompt_cache_key": f"k{number}"}, {"content": f"first {number}"})
        turns = set(spread(balanced, account, 3, **names[number % 3]))
        assert len(turns) == 1, "every turn goes where the cache is warm"
        homes += turns
    assert {homes.count("sample"), homes.count("scripted")} <= set(range(3, 22))
    by_header = [
        served_by(post_chat(balanced, account, "tokens=1", model="test/balanced", content=str(turn), headers={"x-session-id": "h"}))
        for turn in range(6)
    ]
    assert len(set(by_header)) == 1


def test_d73_a_conversation_keeps_its_home_over_a_restart(balanced):
    account = balanced.new_account()
    before = [spread(balanced, account, 1, session_id=f"s{number}") for number in range(12)]
    balanced.stop()
    balanced.start()
    assert [spread(balanced, account, 1, session_id=f"s{number}") for number in range(12)] == before


def test_a_conversation_that_had_to_move_stays_where_it_went(balanced, scripted):
    account = balanced.new_account()
    session = next(f"s{n}" for n in range(100) if spread(balanced, account, 1, session_id=f"s{n}") == ["scripted"])
    scripted.script = fail
    assert spread(balanced, account, 1, session_id=session) == ["sample"]
    scripted.script = answer_well
    answer = post_chat(balanced, account, "tokens=1", model="test/balanced", session_id=session, headers=EXPLAIN)
    assert served_by(answer) == "sample"
    assert explained(answer)["endpoints"]["available"][0]["reason"] == "stayed"
