"""What a cache of whole answers would have served: requests that came again, for organizations that want to know."""

from decimal import Decimal

from support.chat import chat, post_chat, stream_chat


def measure(gateway, account, on=True):
    path = f"/api/organizations/{account.organization}/activity/settings"
    body = {"visibility": "all_members", "measure_repeats": on}
    assert gateway.manage("PUT", path, body)["measure_repeats"] is on


def repeats(gateway, account, query=""):
    path = f"/api/organizations/{account.organization}/analytics/savings{query}"
    return gateway.manage("GET", path)["repeats"]


def usage_of(gateway, account):
    rows = gateway.manage("GET", f"/api/organizations/{account.organization}/activity")["data"]
    return [Decimal(str(row["usage"])) for row in rows]


def test_the_same_request_again_is_a_repeat_with_its_tokens_and_cost(gateway, account):
    measure(gateway, account)
    for _ in range(3):
        post_chat(gateway, account, "tokens=4")
    post_chat(gateway, account, "tokens=5", content="Say something else.")
    found = repeats(gateway, account)
    assert (found["measured"], found["requests"], found["repeated"], found["share"]) == (True, 4, 2, 0.5)
    assert found["completion_tokens"] == 8 and found["partial"] is False and found["cache_seconds"] == 300
    costs = usage_of(gateway, account)
    assert Decimal(str(found["usage"])) == 2 * min(costs)


def test_who_asks_and_whether_it_is_streamed_make_no_difference(gateway, account):
    measure(gateway, account)
    post_chat(gateway, account, "tokens=4", user="ann")
    post_chat(gateway, account, "tokens=4", user="bob", session_id="s", metadata={"tags": ["a"]})
    stream_chat(gateway, account, "tokens=4", user="eve")
    assert repeats(gateway, account)["repeated"] == 2


def test_what_decides_the_answer_does(gateway, account):
    measure(gateway, account)
    for fields in ({}, {"temperature": 0.5}, {"temperature": 0.6}, {"max_tokens": 4}, {"model": "test/odd"}):
        post_chat(gateway, account, "tokens=4", **fields)
    found = repeats(gateway, account)
    assert found["repeated"] == 0 and found["requests"] >= 4


def test_a_failed_answer_is_kept_by_no_cache(gateway, account):
    measure(gateway, account)
    for _ in range(3):
        post_chat(gateway, account, "status=500")
    assert repeats(gateway, account)["repeated"] == 0


def test_a_cache_keeps_no_answer_for_longer_than_is_asked(gateway, account):
    measure(gateway, account)
    post_chat(gateway, account, "tokens=4")
    post_chat(gateway, account, "tokens=4")
    assert repeats(gateway, account, "?cache_seconds=86400")["repeated"] == 1
    path = f"/api/organizations/{account.organization}/analytics/savings"
    for wrong in ("0", "86401", "x"):
        assert gateway.request("GET", f"{path}?cache_seconds={wrong}", key=gateway.root_key).status == 400


def test_another_organization_shares_nothing(gateway, account):
    other = gateway.new_account()
    for one in (account, other):
        measure(gateway, one)
        post_chat(gateway, one, "tokens=4")
    assert repeats(gateway, account)["repeated"] == repeats(gateway, other)["repeated"] == 0


def test_nothing_is_kept_of_requests_unless_that_is_wanted(gateway, account):
    for _ in range(2):
        post_chat(gateway, account, "tokens=4")
    found = repeats(gateway, account)
    assert (found["measured"], found["requests"], found["repeated"]) == (False, 0, 0)
    measure(gateway, account)
    path = f"/api/organizations/{account.organization}/activity/settings"
    assert gateway.manage("PUT", path, {"visibility": "own_only"})["measure_repeats"] is True, "as it was"
    measure(gateway, account, on=False)
    post_chat(gateway, account, "tokens=4")
    assert repeats(gateway, account)["requests"] == 0


def test_repeats_are_told_apart_by_the_filters_of_savings(gateway, account):
    measure(gateway, account)
    for _ in range(2):
        gateway.request("POST", "/v1/chat/completions", key=account.key, json=chat("tokens=4"))
    assert repeats(gateway, account, f"?key={account.hash}")["repeated"] == 1
    assert repeats(gateway, account, f"?key={'0' * 64}")["requests"] == 0
