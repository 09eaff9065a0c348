"""Answers that are served again: only when asked for, only to the same key, only whole ones, at no cost."""

import threading
import time

import pytest

from support.chat import chat, post_chat
from support.http_client import loads
from support.sse import Stream, chunk_json

ON = {"X-OpenRouter-Cache": "true"}
STATUS, AGE, TTL, SOURCE = (f"x-openrouter-cache-{name}" for name in ("status", "age", "ttl", "source-id"))
USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


def completion(text, reason="stop", **fields):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "scripted-1", "choices": [choice], "usage": USAGE} | fields


class Counting:
    """Each answer of the provider says its number."""

    def __init__(self, upstream, reason="stop", answer=None):
        self.count = 0
        self.reason = reason
        self.make = answer or self.answer
        upstream.script = self

    def answer(self, exchange, text):
        if not exchange.request.json().get("stream"):
            return exchange.answer(completion(text, self.reason))
        exchange.start_stream()
        exchange.event(chunk_json(text))
        exchange.event(chunk_json("") | {"choices": [{"index": 0, "delta": {}, "finish_reason": self.reason}]})
        exchange.event(chunk_json("") | {"choices": [], "usage": USAGE})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    def __call__(self, exchange):
        self.count += 1
        self.make(exchange, f"answer {self.count}")


def ask(gateway, account, *, headers=ON, model="test/scripted", **fields):
    answer = post_chat(gateway, account, model=model, headers=headers, **fields)
    assert answer.status == 200, (answer.status, answer.body)
    return answer


def text_of(answer):
    if answer.header("content-type").startswith("text/event-stream"):
        stream = Stream(answer.body)
        assert stream.done
        return stream.content
    return loads(answer.body)["choices"][0]["message"]["content"]


def both(gateway, account, first, second, headers=ON):
    """The status of the second, when the first was asked before."""
    ask(gateway, account, headers=headers, **first)
    return ask(gateway, account, headers=headers, **second).header(STATUS)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_the_same_request_gets_the_same_answer_at_no_cost(gateway, account, scripted, stream):
    counting = Counting(scripted)
    fields = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    first = ask(gateway, account, **fields)
    spent = gateway.credits(account)["total_usage"]
    second = ask(gateway, account, **fields)
    assert (first.header(STATUS), second.header(STATUS), counting.count) == ("MISS", "HIT", 1)
    assert text_of(first) == text_of(second) == "answer 1"
    assert second.header(SOURCE) == first.header("x-generation-id") != second.header("x-generation-id")
    assert first.header(TTL) == "300" and first.header(AGE) is None and first.header(SOURCE) is None
    assert second.header(AGE) in ("0", "1", "2") and 290 <= int(second.header(TTL)) <= 300
    usage = Stream(second.body).usage if stream else loads(second.body)["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["cost"]) == (0, 0, 0)
    credits = gateway.credits(account)
    assert spent > 0 and credits["total_usage"] == spent and credits["held"] == 0
    record = gateway.generation(account, second.header("x-generation-id"))
    assert record["total_cost"] == 0 and record["tokens_prompt"] == 0 and record["model"] == "test/scripted"


def test_a_hit_is_marked_in_records_and_counted(gateway, account, scripted):
    Counting(scripted)
    before = gateway.metrics()
    for _ in range(3):
        ask(gateway, account)
    after = gateway.metrics()
    for name, more in (("hits", 2), ("misses", 1)):
        name = f"tollgate_response_cache_{name}_total"
        assert after.sum(name) - before.sum(name) == more
    assert after.sum("tollgate_response_cache_answers") > 0 and after.sum("tollgate_response_cache_bytes") > 0
    rows = gateway.manage("GET", f"/api/organizations/{account.organization}/activity")["data"]
    assert sorted(row["cache_hit"] for row in rows) == [False, True, True]


def test_nothing_is_served_again_to_who_does_not_ask_for_it(gateway, account, scripted):
    counting = Counting(scripted)
    ask(gateway, account)
    for headers in (None, {"X-OpenRouter-Cache": "false"}, {"X-OpenRouter-Cache-TTL": "60"}):
        assert ask(gateway, account, headers=headers).header(STATUS) is None
    assert counting.count == 4
    ask(gateway, account, headers=None, content="never kept")
    assert ask(gateway, account, content="never kept").header(STATUS) == "MISS"


def test_clear_makes_it_anew(gateway, account, scripted):
    Counting(scripted)
    ask(gateway, account)
    anew = ask(gateway, account, headers=ON | {"X-OpenRouter-Cache-Clear": "true"})
    assert (anew.header(STATUS), text_of(anew)) == ("MISS", "answer 2")
    assert text_of(ask(gateway, account)) == "answer 2"


def test_an_answer_is_kept_for_its_time(gateway, account, scripted):
    counting = Counting(scripted)
    headers = ON | {"X-OpenRouter-Cache-TTL": "1"}
    assert ask(gateway, account, headers=headers).header(TTL) == "1"
    assert ask(gateway, account, headers=headers).header(STATUS) == "HIT"
    deadline = time.monotonic() + 10
    while ask(gateway, account, headers=headers).header(STATUS) == "HIT":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert counting.count == 2


CHANGED = [
    {"response_format": {"type": "json_object"}},
    {"tools": [{"type": "function", "function": {"name": "a", "parameters": {}}}]},
    {"tools": [{"type": "function", "function": {"name": "b", "parameters": {}}}]},
    {"tools": [{"type": "function", "function": {"name": "b", "parameters": {}}}], "tool_choice": "none"},
    {"max_tokens": 17},
    {"stop": ["x"]},
    {"n": 1},
    {"seed": 1},
    {"logprobs": True},
    {"reasoning_effort": "low"},
    {"provider": {"order": ["scripted"]}},
    {"unknown_member": 1},
    {"unknown_member": 2},
    {"temperature": 0},
    {"temperature": 1},
    {"content": "Say something else."},
    {"stream": True},
]


def test_d75_every_field_that_may_decide_the_answer_is_part_of_the_key(gateway, account, scripted):
    counting = Counting(scripted)
    assert ask(gateway, account).header(STATUS) == "MISS"
    for fields in CHANGED:
        assert ask(gateway, account, **fields).header(STATUS) == "MISS", fields
    for fields in CHANGED:
        assert ask(gateway, account, **fields).header(STATUS) == "HIT", fields
    assert counting.count == len(CHANGED) + 1


@pytest.mark.parametrize(
    "fields", [{"user": "ann"}, {"metadata": {"a": "b"}}, {"session_id": "s"}, {"stream": False}], ids=lambda one: next(iter(one))
)
def test_d75_who_asks_for_the_same_makes_no_difference(gateway, account, scripted, fields):
    Counting(scripted)
    assert both(gateway, account, {}, fields) == "HIT"


def test_d76_a_temperature_that_is_absent_is_not_zero(gateway, account, scripted):
    Counting(scripted)
    statuses = [gateway.request("POST", "/v1/chat/completions", key=account.key, json=body, headers=ON).header(STATUS)
                for body in (chat(model="test/scripted"), chat(model="test/scripted", temperature=0),
                             chat(model="test/scripted") | {"temperature": None})]
    assert statuses == ["MISS"] * 3


def test_the_order_of_members_makes_no_difference(gateway, account, scripted):
    Counting(scripted)
    body = chat(model="test/scripted", temperature=1)
    turned = dict(reversed(body.items())) | {"messages": [dict(reversed(one.items())) for one in body["messages"]]}
    statuses = [gateway.request("POST", "/v1/chat/completions", key=account.key, json=one, headers=ON).header(STATUS)
                for one in (body, turned)]
    assert statuses == ["MISS", "HIT"]


def test_no_other_organization_or_key_gets_it(gateway, account, scripted):
    counting = Counting(scripted)
    ask(gateway, account)
    other = gateway.new_account()
    assert ask(gateway, other).header(STATUS) == "MISS"
    path = f"/api/organizations/{account.organization}/keys"
    second = gateway.manage("POST", path, {"name": "second"})["key"]
    answer = gateway.request("POST", "/v1/chat/completions", key=second, json=chat(model="test/scripted"), headers=ON)
    assert answer.header(STATUS) == "MISS" and counting.count == 3


def test_d77_the_answer_of_one_that_stood_in_is_not_another_models(gateway, account, scripted):
    """Two endpoints of a model, the first of which fails: kept as that model's, under the provider that made it."""
    Counting(scripted)
    first = ask(gateway, account, model="test/failover")
    second = ask(gateway, account, model="test/failover")
    assert second.header(STATUS) == "HIT"
    for name in ("x-tollgate-model", "x-tollgate-provider"):
        assert second.header(name) == first.header(name)
    assert second.header("x-tollgate-provider") == "sample"
    assert ask(gateway, account, model="test/chat").header(STATUS) == "MISS"


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_d78_an_answer_that_was_cut_is_not_kept(gateway, account, scripted, reason, stream):
    counting = Counting(scripted, reason)
    assert both(gateway, account, {"stream": stream or None}, {"stream": stream or None}) == "MISS"
    assert counting.count == 2


def _empty(exchange, text):
    exchange.answer(completion("", usage={"prompt_tokens": 7, "completion_tokens": 0, "total_tokens": 7}))


def _without_end(exchange, text):
    exchange.start_stream()
    exchange.event(chunk_json(text))
    exchange.close()


def _error_event(exchange, text):
    exchange.start_stream()
    exchange.event(chunk_json(text))
    exchange.event({"error": {"message": "broke", "type": "server_error"}})
    exchange.event(b"[DONE]")
    exchange.end_stream()


@pytest.mark.parametrize(
    ("answer", "stream"),
    [
        (_empty, None),
        (_without_end, True),
        (_error_event, True),
        (lambda exchange, text: exchange.answer({"error": {"message": "no", "type": "server_error"}}), None),
        (lambda exchange, text: exchange.answer({"error": {"message": "no"}}, "500 Internal Server Error"), None),
    ],
    ids=["empty", "broken off", "error event", "error as an answer", "status 500"],
)
def test_d78_what_is_no_whole_answer_is_not_kept(gateway, account, scripted, answer, stream):
    counting = Counting(scripted, answer=answer)
    for _ in range(2):
        made = post_chat(gateway, account, model="test/scripted", headers=ON, stream=stream)
        assert made.header(STATUS) == "MISS"
    counting.make = counting.answer
    assert text_of(ask(gateway, account, stream=stream)) == f"answer {counting.count}"


def test_d78_a_stream_that_its_client_left_is_not_kept(gateway, account, scripted):
    left = threading.Event()

    def answer(exchange, text):
        exchange.start_stream()
        for _ in range(3):
            exchange.event(chunk_json(text))
        left.wait(10)
        exchange.event(chunk_json("") | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": USAGE})
        exchange.event(b"[DONE]")
        exchange.end_stream()

    counting = Counting(scripted, answer=answer)
    connection = gateway.connect()
    body = chat(model="test/scripted", stream=True)
    connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body, headers=ON))
    connection.read_until(b"answer 1")
    connection.close()
    time.sleep(1)  # a silent upstream's client is looked after
    aborted = gateway.metrics().sum("tollgate_client_aborts_total")
    left.set()
    deadline = time.monotonic() + 10
    while gateway.credits(account)["held"] != 0:
        assert time.monotonic() < deadline, aborted
        time.sleep(0.02)
    counting.make = counting.answer
    assert ask(gateway, account, stream=True).header(STATUS) == "MISS"


def test_d79_each_route_and_framing_has_its_own_answers(gateway, account, scripted):
    """Chat completions of both flavours, completions, embeddings; plain and streamed."""
    body = chat(model="test/scripted")
    Counting(scripted)
    for path in ("/v1/chat/completions", "/api/v1/chat/completions"):
        for stream in (False, True):
            answers = [gateway.request("POST", path, key=account.key, json=body | {"stream": stream}, headers=ON) for _ in range(2)]
            assert [one.header(STATUS) for one in answers] == ["MISS", "HIT"], (path, stream)
            assert text_of(answers[0]) == text_of(answers[1])
            assert answers[0].header("content-type") == answers[1].header("content-type")


QUESTION = [{"role": "user", "content": "Say something."}]
GENERATE = "/v1beta/models/test/scripted"
IN_OTHER_APIS = {
    "messages": ("/v1/messages", {"model": "test/scripted", "max_tokens": 100, "messages": QUESTION}),
    "messages, streamed": ("/v1/messages", {"model": "test/scripted", "max_tokens": 100, "messages": QUESTION, "stream": True}),
    "responses": ("/v1/responses", {"model": "test/scripted", "input": "Say something."}),
    "responses, streamed": ("/v1/responses", {"model": "test/scripted", "input": "Say something.", "stream": True}),
    "gemini": (f"{GENERATE}:generateContent", {"contents": [{"role": "user", "parts": [{"text": "Say something."}]}]}),
    "gemini, streamed": (
        f"{GENERATE}:streamGenerateContent?alt=sse",
        {"contents": [{"role": "user", "parts": [{"text": "Say something."}]}]},
    ),
}


def test_d79_a_question_in_one_api_is_not_answered_in_anothers_form(gateway, account, scripted):
    counting = Counting(scripted)
    assert ask(gateway, account).header(STATUS) == "MISS"
    for number, (name, (path, body)) in enumerate(IN_OTHER_APIS.items(), start=2):
        answers = [gateway.request("POST", path, key=account.key, json=body, headers=ON) for _ in range(2)]
        assert [one.status for one in answers] == [200, 200], (name, answers[0].body)
        assert [one.header(STATUS) for one in answers] == ["MISS", "HIT"], name
        assert all(f"answer {number}".encode() in one.body for one in answers), (name, answers[1].body)
        assert answers[0].header("content-type") == answers[1].header("content-type"), name
    assert counting.count == 1 + len(IN_OTHER_APIS)
    assert gateway.credits(account)["held"] == 0


@pytest.mark.parametrize("path", ["/v1/completions", "/v1/embeddings"])
def test_d79_other_calls_of_models_are_kept_too(gateway, account, path):
    body = {"model": "test/embed", "input": "hello"} if "embed" in path else {"model": "test/chat", "prompt": "hello", "user": "sample:tokens=4"}
    answers = [gateway.request("POST", path, key=account.key, json=body, headers=ON) for _ in range(2)]
    assert [one.status for one in answers] == [200, 200], answers[0].body
    assert [one.header(STATUS) for one in answers] == ["MISS", "HIT"]
    strip = ("id", "usage", "created")
    first, second = ({name: value for name, value in loads(one.body).items() if name not in strip} for one in answers)
    assert first == second


def test_requests_that_come_meanwhile_wait_for_the_same_answer(gateway, account, scripted):
    release = threading.Event()

    def answer(exchange, text):
        release.wait(10)
        counting.answer(exchange, text)

    counting = Counting(scripted, answer=answer)
    waited = gateway.metrics().sum("tollgate_response_cache_waits_total")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(gateway, account))) for _ in range(6)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while gateway.metrics().sum("tollgate_response_cache_waits_total") - waited < 5:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    release.set()
    for thread in threads:
        thread.join()
    assert counting.count == 1 and {text_of(one) for one in answers} == {"answer 1"}
    assert sorted(one.header(STATUS) for one in answers) == ["HIT"] * 5 + ["MISS"]
    assert gateway.credits(account)["total_usage"] == gateway.generation(
        account, next(one.header("x-generation-id") for one in answers if one.header(STATUS) == "MISS")
    )["total_cost"]


def test_when_the_one_that_is_waited_for_fails_the_others_have_their_own_made(gateway, account, scripted):
    release = threading.Event()

    def answer(exchange, text):
        if text == "answer 1":
            release.wait(10)
            return exchange.answer({"error": {"message": "no"}}, "400 Bad Request")
        counting.answer(exchange, text)

    counting = Counting(scripted, answer=answer)
    waited = gateway.metrics().sum("tollgate_response_cache_waits_total")
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(post_chat(gateway, account, model="test/scripted", headers=ON)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while gateway.metrics().sum("tollgate_response_cache_waits_total") - waited < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    release.set()
    for thread in threads:
        thread.join()
    assert sorted(one.status for one in answers) == [200, 200, 400] and counting.count == 3


def test_a_hit_needs_no_credit(gateway, scripted):
    Counting(scripted)
    poor = gateway.new_account(credit="0.03")
    fields = {"max_tokens": 4000}
    ask(gateway, poor, **fields)
    while post_chat(gateway, poor, model="test/scripted", content="more", **fields).status != 402:
        pass
    assert ask(gateway, poor, **fields).header(STATUS) == "HIT"


def test_zero_data_retention_keeps_nothing(gateway, account, scripted):
    Counting(scripted)
    path = f"/api/organizations/{account.organization}/privacy"
    answer = gateway.request("PUT", path, key=gateway.root_key, json={"zdr": True, "data_collection": "allow"})
    assert answer.status == 200, answer.body
    for _ in range(2):
        answer = post_chat(gateway, account, model="test/scripted", headers=ON)
        assert answer.header(STATUS) is None


def test_without_memory_there_is_no_cache(start_gateway, scripted):
    counting = Counting(scripted)
    gateway = start_gateway(response_cache={"max_bytes": 0})
    account = gateway.new_account()
    assert [ask(gateway, account).header(STATUS) for _ in range(2)] == [None, None]
    assert counting.count == 2


def test_an_answer_that_is_too_large_is_not_kept(start_gateway, scripted):
    counting = Counting(scripted, answer=lambda exchange, text: exchange.answer(completion("word " * 2000)))
    gateway = start_gateway(workers=2, response_cache={"max_answer_bytes": 4096})
    account = gateway.new_account()
    assert [ask(gateway, account).header(STATUS) for _ in range(2)] == ["MISS", "MISS"]
    counting.make = counting.answer
    assert both(gateway, account, {"content": "short"}, {"content": "short"}) == "HIT", "whichever worker has it"
    assert counting.count == 3


def test_a_policy_that_forbids_the_model_forbids_what_was_kept(gateway, account, scripted):
    Counting(scripted)
    ask(gateway, account)
    path = f"/api/organizations/{account.organization}/llm"
    gateway.manage("PUT", path, {"model": None, "allowed_models": ["test/chat"]})
    assert post_chat(gateway, account, model="test/scripted", headers=ON).status == 403


def test_a_preset_turns_the_cache_on_or_off(gateway, team, scripted):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 5})
    key = team.may(team.member, "POST", "/keys", {"name": "k"})["key"]
    Counting(scripted)

    def made(slug, **content):
        shown = team.may(team.admin, "POST", "/presets", {"slug": slug, "model": "test/scripted"} | content)
        assert {name: shown[name] for name in content} == content

    def twice(slug, **headers):
        body = {"model": f"@preset/{slug}", "messages": [{"role": "user", "content": f"{slug} {sorted(headers)}"}]}
        for _ in range(2):
            answer = gateway.request("POST", "/v1/chat/completions", key=key, json=body, headers=headers)
            assert answer.status == 200, answer.body
        return answer.header(STATUS), answer.header("x-openrouter-cache-ttl")

    made("kept", cache_enabled=True, cache_ttl_seconds=60)
    made("never", cache_enabled=False)
    made("longer", cache_ttl_seconds=900)
    made("neither", cache_enabled=None, cache_ttl_seconds=None)
    on, off = {"x-openrouter-cache": "true"}, {"x-openrouter-cache": "false"}
    assert twice("kept")[0] == "HIT" and 50 <= int(twice("kept")[1]) <= 60
    assert twice("kept", **off)[0] is None, "the request may do without"
    assert int(twice("kept", **{"x-openrouter-cache-ttl": "500"})[1]) > 60, "the request may say for how long"
    assert twice("kept", **{"x-openrouter-cache-clear": "true"})[0] == "MISS"
    assert twice("never", **on)[0] is None, "no request brings it back"
    assert twice("longer")[0] is None and int(twice("longer", **on)[1]) > 300
    assert twice("neither")[0] is None and twice("neither", **on)[0] == "HIT"
    shown = gateway.request("GET", "/api/v1/presets/kept", key=key).json()["data"]["designated_version"]["config"]
    assert (shown["cache_enabled"], shown["cache_ttl_seconds"]) == (True, 60)


@pytest.mark.parametrize("wrong", [{"cache_enabled": 1}, {"cache_ttl_seconds": 0}, {"cache_ttl_seconds": 86401}])
def test_a_presets_wrong_wish_of_the_cache_is_named(team, wrong):
    refused = team.ask(team.admin, "POST", "/presets", {"slug": "wrong", "model": "test/scripted"} | wrong)
    assert refused.status == 400 and refused.error["param"] == next(iter(wrong)), refused.body
