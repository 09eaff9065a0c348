"""Budgets and rates of organization, project, member and key: enforced, explained, shown in headers."""

import re
from dataclasses import replace

import pytest

from support.chat import chat, cost_of, open_stream, post_chat, stream_chat
from support.waiting import eventually

SCOPES = ["organization", "project", "member", "key"]


class Limited:
    """An account with a key of a known creator, and the paths of the limits of all that spend through it."""

    def __init__(self, gateway, balance="1"):
        self.gateway = gateway
        account = gateway.new_account(balance)
        root = f"/api/organizations/{account.organization}"
        member = gateway.person(organization=account.organization).id
        made = gateway.manage("POST", f"{root}/keys", {"name": "limited", "creator_user_id": member})
        self.account = replace(account, key=made["key"], hash=made["data"]["hash"])
        self.paths = {
            "organization": f"{root}/limits",
            "project": f"{root}/projects/{made['data']['project_id']}/limits",
            "member": f"{root}/members/{member}/limits",
            "key": f"{root}/keys/{made['data']['hash']}/limits",
        }

    def limit(self, scope, **limits):
        return self.gateway.manage("PUT", self.paths[scope], limits)

    def show(self, scope):
        return self.gateway.manage("GET", self.paths[scope])

    def ask(self, **fields):
        fields.setdefault("max_tokens", 10)
        return post_chat(self.gateway, self.account, fields.pop("words", "tokens=10"), **fields)


@pytest.fixture
def limited(gateway):
    return Limited(gateway)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_budget_set_through_the_api_is_saved_and_fires_exactly(limited, scope):
    cost = limited.ask().json()["usage"]["cost"]
    limited.limit(scope, limit=0)
    hold = limited.ask().error["needed"]
    limited.limit(scope, limit=cost * 2 + hold)
    assert [limited.ask().status for _ in range(2)] == [200, 200]
    refused = limited.ask()
    assert refused.status == 402
    assert refused.header("x-should-retry") == "false"
    assert refused.error["code"] == ("key_limit_exceeded" if scope == "key" else "budget_exceeded")
    assert (refused.error["limit"], refused.error["scope"]) == ("budget", scope)
    shown = limited.show(scope)
    assert shown["spent"] == cost * 3
    assert shown["limit_remaining"] == hold - cost < hold and shown["held"] == 0


@pytest.mark.parametrize("reset", ["daily", "weekly", "monthly"])
def test_a_refusal_by_a_budget_says_when_it_resets(limited, reset):
    limited.limit("member", limit=0, limit_reset=reset)
    refused = limited.ask()
    assert refused.status == 402
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00.000Z", refused.error["resets_at"])
    assert limited.show("member")["resets_at"] == refused.error["resets_at"]


@pytest.mark.parametrize("scope", SCOPES)
def test_requests_per_minute_refuse_with_the_true_wait(limited, scope):
    limited.limit(scope, requests_per_minute=3)
    answers = [limited.ask() for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3
    assert [answer.header("x-ratelimit-remaining-requests") for answer in answers] == ["2", "1", "0"]
    refused = limited.ask()
    assert refused.status == 429
    assert (refused.error["code"], refused.error["type"]) == ("rate_limit_exceeded", "requests")
    assert (refused.error["limit"], refused.error["scope"]) == ("requests_per_minute", scope)
    wait_ms = int(refused.header("retry-after-ms"))
    assert 0 < wait_ms <= 20_000  # three a minute: one every twenty seconds
    assert int(refused.header("retry-after")) == -(-wait_ms // 1000)


def test_the_six_rate_limit_headers_are_on_success_streams_and_refusals(limited):
    limited.limit("organization", requests_per_minute=2, tokens_per_minute=100_000)
    plain = limited.ask()
    streamed, _ = stream_chat(limited.gateway, limited.account, "tokens=3", max_tokens=10)
    refused = limited.ask()
    assert [plain.status, refused.status] == [200, 429]
    for answer in (plain, streamed, refused):
        for what, most in (("requests", 2), ("tokens", 100_000)):
            assert answer.header(f"x-ratelimit-limit-{what}") == str(most)
            assert 0 <= int(answer.header(f"x-ratelimit-remaining-{what}")) <= most
            assert re.fullmatch(r"(\d+m)?\d+(\.\d{3})?s|\d+ms", answer.header(f"x-ratelimit-reset-{what}"))


def test_tokens_per_minute_count_what_was_used_not_what_was_held(limited):
    limited.limit("key", tokens_per_minute=1000)
    assert limited.ask(max_tokens=900).status == 200  # uses ten
    assert limited.show("key")["tokens_remaining"] > 900
    refused = limited.ask(max_tokens=2000)
    assert refused.status == 429
    assert refused.error["limit"] == "tokens_per_minute"
    assert limited.ask(max_tokens=900).status == 200


def test_concurrent_requests_are_refused_until_one_ends(limited):
    limited.limit("project", concurrent_requests=1)
    with open_stream(limited.gateway, limited.account, "tokens=3 ttft_ms=300", max_tokens=10) as running:
        eventually(lambda: limited.show("project")["running_requests"] == 1)
        refused = limited.ask()
        assert refused.status == 429
        assert refused.error["limit"] == "concurrent_requests"
        assert running.read_answer().status == 200
    assert limited.ask().status == 200


def test_without_limits_the_headers_tell_the_configurations_rates(limited):
    answer = limited.ask()
    assert answer.header("x-ratelimit-limit-requests") == "60000000"
    assert answer.header("x-ratelimit-limit-tokens") == "100000000000"
    shown = limited.show("organization")
    assert [shown["requests_per_minute"], shown["tokens_per_minute"]] == [60_000_000, 100_000_000_000]


def test_an_organizations_own_rate_replaces_the_configurations(start_gateway):
    gateway = start_gateway(rate_limits={"requests_per_minute": 2, "tokens_per_minute": "unlimited"})
    limited = Limited(gateway)
    assert [limited.ask().status for _ in range(3)] == [200, 200, 429]
    limited.limit("organization", requests_per_minute=50)
    answer = limited.ask()
    assert answer.status == 200
    assert answer.header("x-ratelimit-limit-requests") == "50"
    assert answer.header("x-ratelimit-limit-tokens") is None


def test_clearing_limits_lifts_them(limited):
    limited.limit("key", requests_per_minute=0)
    assert limited.ask().status == 429
    assert limited.limit("key")["requests_per_minute"] is None
    assert limited.ask().status == 200


@pytest.mark.parametrize("limits,param", [({"requests_per_minute": -1}, "requests_per_minute"),
                                          ({"tokens_per_minute": 1.5}, "tokens_per_minute"),
                                          ({"limit": -1}, "limit"), ({"limit_reset": "hourly"}, "limit_reset"),
                                          ({"requests": 1}, "requests")])
def test_bad_limits_are_refused_by_name(limited, limits, param):
    answer = limited.gateway.request("PUT", limited.paths["key"],
                                     key=limited.gateway.root_key, json=limits)
    assert answer.status == 400
    assert param in answer.error["message"]


def test_a_stream_without_a_bound_grows_its_hold(gateway):
    account = gateway.new_account("1")
    answer, stream = stream_chat(gateway, account, "tokens=6000", max_tokens=None)
    assert stream.finish_reason == "stop"
    assert gateway.metrics().sum("tollgate_holds_grown_total") > 0
    assert gateway.credits(account)["held"] == 0


def test_a_stream_whose_hold_cannot_grow_is_cut_and_says_why(gateway):
    # Enough for the hold of the default bound, and for nothing after it.
    balance = cost_of("test/chat", 20, 4096)
    account = gateway.new_account(str(balance))
    answer, stream = stream_chat(gateway, account, "tokens=9000", max_tokens=None, stream_options={"include_usage": True})
    assert stream.done
    assert stream.finish_reason == "length"
    assert any(event.get("tollgate") == {"cut": "insufficient_credits"} for event in stream.events)
    figures = gateway.credits(account)
    assert figures["held"] == 0
    assert 0 <= figures["balance"] < balance / 10
    assert stream.usage["cost"] == figures["total_usage"]


# --- changing one of several limits, and changing what somebody else changed meanwhile


ALL_LIMITS = {
    "limit": 25,
    "limit_reset": "monthly",
    "requests_per_minute": 600,
    "tokens_per_minute": 200000,
    "concurrent_requests": 20,
}


@pytest.mark.parametrize("scope", SCOPES)
def test_patch_changes_what_it_names_and_nothing_else(limited, scope):
    limited.limit(scope, **ALL_LIMITS)
    changed = limited.gateway.manage("PATCH", limited.paths[scope], {"requests_per_minute": 60})
    expected = ALL_LIMITS | {"requests_per_minute": 60}
    shown = limited.show(scope)
    for answer in (changed, shown):
        assert {name: answer[name] for name in expected} == expected
    assert "replaced" not in shown


@pytest.mark.parametrize(
    "change", [{"limit": 30}, {"limit_reset": None}, {"tokens_per_minute": None}, {"concurrent_requests": 0}, {}]
)
def test_patch_takes_each_limit_alone(limited, change):
    limited.limit("key", **ALL_LIMITS)
    changed = limited.gateway.manage("PATCH", limited.paths["key"], change)
    expected = ALL_LIMITS | change
    assert {name: changed[name] for name in expected} == expected


def test_a_patched_budget_is_enforced(limited):
    assert limited.ask().status == 200
    limited.gateway.manage("PATCH", limited.paths["key"], {"limit": 0})
    assert limited.ask().error["code"] == "key_limit_exceeded"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("scope", SCOPES)
def test_the_answer_says_what_was_replaced(limited, method, scope):
    limited.limit(scope, **ALL_LIMITS)
    answer = limited.gateway.manage(method, limited.paths[scope], {"concurrent_requests": 7})
    assert answer["replaced"] == ALL_LIMITS


@pytest.mark.parametrize("limits, param", [({"tokens_per_minute": -1}, "tokens_per_minute"), ({"daily": 3}, "daily")])
def test_a_bad_patch_is_refused_by_name_and_changes_nothing(limited, limits, param):
    limited.limit("key", **ALL_LIMITS)
    answer = limited.gateway.request("PATCH", limited.paths["key"], key=limited.gateway.root_key, json=limits)
    assert (answer.status, answer.error["param"]) == (400, param)
    assert limited.show("key")["limit"] == 25


def conditional(gateway, method, path, tag, body=None):
    return gateway.request(method, path, key=gateway.root_key, json=body, headers={"If-Match": tag})


def tag_of(gateway, path):
    return gateway.request("GET", path, key=gateway.root_key).header("etag")


@pytest.mark.parametrize("scope", SCOPES)
def test_the_second_of_two_who_read_the_same_limits_is_told(limited, scope):
    gateway, path = limited.gateway, limited.paths[scope]
    seen_by_both = tag_of(gateway, path)
    first = conditional(gateway, "PATCH", path, seen_by_both, {"limit": 1})
    second = conditional(gateway, "PUT", path, seen_by_both, {"limit": 2})
    assert (first.status, second.status) == (200, 412)
    assert second.error["code"] == "precondition_failed" and limited.show(scope)["limit"] == 1
    assert conditional(gateway, "PATCH", path, first.header("etag"), {"limit": 3}).status == 200


@pytest.mark.parametrize(
    "below, body",
    [
        ("/llm", {"model": "test/chat"}),
        ("/retention", {"level": "none"}),
        ("/credit_policy", {"on_exhausted": "owe"}),
        ("/limits", {"limit": 5}),
    ],
)
def test_settings_of_an_organization_share_its_version(gateway, account, below, body):
    path = f"/api/organizations/{account.organization}"
    before = tag_of(gateway, path)
    assert tag_of(gateway, path + below) == before
    assert conditional(gateway, "PUT", path + below, before, body).status == 200
    assert conditional(gateway, "PUT", path + below, before, body).status == 412
    assert tag_of(gateway, path) == tag_of(gateway, path + below) != before


def test_a_key_that_was_changed_meanwhile_is_not_deleted(gateway, account):
    path = f"/api/organizations/{account.organization}/keys/{account.hash}"
    before = tag_of(gateway, path)
    assert conditional(gateway, "PATCH", path, before, {"name": "renamed"}).status == 200
    assert conditional(gateway, "DELETE", path, before).status == 412
    assert conditional(gateway, "DELETE", path, tag_of(gateway, path)).status == 200


def test_if_match_of_a_star_matches_whatever_there_is(limited):
    assert conditional(limited.gateway, "PATCH", limited.paths["key"], "*", {"limit": 1}).status == 200


@pytest.mark.parametrize("tag", ['"', '""', '"one"', '"1", "2"', "-1", 'W/'])
def test_a_malformed_if_match_is_400(limited, tag):
    answer = conditional(limited.gateway, "PATCH", limited.paths["key"], tag, {"limit": 1})
    assert answer.status == 400 and limited.show("key")["limit"] is None


@pytest.mark.parametrize("scope", SCOPES)
def test_a_reset_belongs_to_a_budget(limited, scope):
    path, manage = limited.paths[scope], limited.gateway.manage

    def put(method="PUT", **limits):
        return limited.gateway.request(method, path, key=limited.gateway.root_key, json=limits)

    for body in ({"limit": None, "limit_reset": "daily"}, {"limit_reset": "daily"}):
        refused = put(**body)
        assert refused.status == 400 and "limit_reset" in refused.error["message"]
    assert put("PATCH", limit_reset="daily").status == 400
    shown = limited.limit(scope, limit=2, limit_reset="monthly")
    assert (shown["limit"], shown["limit_reset"]) == (2, "monthly")
    assert manage("PATCH", path, {"limit": 3})["limit_reset"] == "monthly"
    assert put("PATCH", limit=None, limit_reset="daily").status == 400
    cleared = manage("PATCH", path, {"limit": None})
    assert (cleared["limit"], cleared["limit_reset"]) == (None, None)
    limited.limit(scope, limit=2, limit_reset="monthly")
    for method, body in (
        ("PUT", {"limit_reset": "monthly"}),
        ("PUT", {"limit": None, "limit_reset": "monthly"}),
        ("PATCH", {"limit": None, "limit_reset": "monthly"}),
        ("PUT", {"limit": 2, "limit_reset": ""}),
        ("PATCH", {"limit_reset": ""}),
    ):
        refused = put(method, **body)
        assert (refused.status, refused.error["param"]) == (400, "limit_reset")
    whole = manage("GET", path)
    assert (whole["limit"], whole["limit_reset"]) == (2, "monthly")
    ended = manage("PUT", path, whole | {"limit": None})
    assert ended["limit_reset"] is None, "what was read may come back beside a limit that ends"


def test_a_keys_reset_belongs_to_its_budget(limited):
    keys = limited.paths["organization"].replace("/limits", "/keys")
    manage, ask = limited.gateway.manage, limited.gateway.request
    for limit in ({}, {"limit": None}):
        body = {"name": "k", "limit_reset": "weekly"} | limit
        assert ask("POST", keys, key=limited.gateway.root_key, json=body).status == 400
    made = manage("POST", keys, {"name": "k", "limit": 1, "limit_reset": "weekly"})["data"]
    key = f"{keys}/{made['hash']}"
    assert manage("PATCH", key, {"limit": 2})["data"]["limit_reset"] == "weekly"
    for reset in ("weekly", ""):
        refused = ask("PATCH", key, key=limited.gateway.root_key, json={"limit": None, "limit_reset": reset})
        assert (refused.status, refused.error["param"]) == (400, "limit_reset")
    ended = manage("PATCH", key, {"limit": None})["data"]
    assert (ended["limit"], ended["limit_reset"]) == (None, None)
    assert ask("PATCH", key, key=limited.gateway.root_key, json={"limit_reset": "daily"}).status == 400
