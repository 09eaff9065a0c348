"""What other products got wrong with organizations, where no other file has it. A test names its row of the reports
that docs/organizations.md lists."""

import csv
import io
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from support.chat import chat, post_chat, stream_chat
from support.pages import pages_of
from support.people import new_team, refusal_of

NO_ID = "0191e0c8-0000-7000-8000-000000000000"


def organization_of(account):
    return f"/api/organizations/{account.organization}"


# --- tenant walls


def test_row_16_a_token_with_a_scope_is_refused_by_every_route_that_needs_another(gateway, team):
    made = team.gateway.request(
        "POST", "/api/me/tokens", key=team.owner.token, json={"name": "r", "scopes": ["activity:read"]}
    )
    reader = made.json()["token"]
    for method, path in (
        ("GET", "/api/me/tokens"),
        ("POST", "/api/me/tokens"),
        ("PATCH", "/api/me"),
        ("GET", f"{team.path}/members"),
        ("POST", f"{team.path}/keys"),
        ("GET", f"{team.path}/credits"),
        ("POST", "/v1/chat/completions"),
    ):
        body = chat() if path.startswith("/v1") else ({"name": "x"} if method != "GET" else None)
        assert gateway.request(method, path, key=reader, json=body).status == 403, (method, path)
    assert gateway.request("GET", f"{team.path}/activity", key=reader).status == 200


def test_row_21_a_key_is_in_no_project_of_another_organization_and_in_no_archived_one(gateway):
    one, other = new_team(gateway), new_team(gateway)
    foreign = other.may(other.owner, "POST", "/projects", {"name": "theirs"})["id"]
    assert one.ask(one.owner, "POST", "/keys", {"name": "k", "project_id": foreign}).status == 404
    for method, below in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/default"), ("GET", "/limits")):
        body = {"name": "x"} if method == "PATCH" else None
        assert one.ask(one.owner, method, f"/projects/{foreign}{below}", body).status == 404, (method, below)
    own = one.may(one.owner, "POST", "/projects", {"name": "ours"})["id"]
    one.may(one.owner, "PATCH", f"/projects/{own}", {"archived": True})
    assert one.ask(one.owner, "POST", "/keys", {"name": "k", "project_id": own}).status == 409


def test_row_33_a_keys_public_id_gives_nobody_else_anything(gateway, account):
    other = new_team(gateway)
    for method, below, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "mine"}),
        ("DELETE", "", None),
        ("GET", "/limits", None),
        ("PUT", "/limits", {"limit": 0}),
        ("PATCH", "/limits", {"limit": 0}),
    ):
        for root in (other.path, organization_of(account)):
            path = f"{root}/keys/{account.hash}{below}"
            assert gateway.request(method, path, key=other.owner.token, json=body).status == 404, (method, path)
    feed = gateway.request("GET", f"{other.path}/activity?key={account.hash}", key=other.owner.token)
    assert feed.status in (200, 404) and not (feed.status == 200 and feed.json()["data"])
    assert post_chat(gateway, account, "tokens=1").status == 200


# --- limits and money


def test_row_29_each_limit_has_its_own_window_and_is_named_when_it_binds(gateway):
    account = gateway.new_account("50")
    member = gateway.person(organization=account.organization).id
    root = organization_of(account)
    limited = {"name": "k", "limit": 3, "limit_reset": "monthly", "creator_user_id": member}
    made = gateway.manage("POST", f"{root}/keys", limited)
    key = replace(account, key=made["key"])
    paths = {
        "organization": f"{root}/limits",
        "project": f"{root}/projects/{made['data']['project_id']}/limits",
        "member": f"{root}/members/{member}/limits",
    }
    own = f"{root}/keys/{made['data']['hash']}/limits"
    resets = gateway.manage("GET", own)["resets_at"]
    assert resets is not None
    for scope, path in paths.items():
        gateway.manage("PUT", path, {"limit": 0, "limit_reset": "daily"})
        refused = post_chat(gateway, key, "tokens=1", max_tokens=1)
        assert refused.status == 402 and refused.error["scope"] == scope
        gateway.manage("PUT", path, {})
        assert post_chat(gateway, key, "tokens=1", max_tokens=1).status == 200
        shown = gateway.manage("GET", own)
        assert (shown["limit"], shown["limit_reset"], shown["resets_at"]) == (3, "monthly", resets)
    assert gateway.manage("GET", own)["spent"] > 0


NUMBERS = ["NaN", '"NaN"', "1e309", "-1", "1e-12", '"10"', "true", "1,5", "[]", "9" * 40, "0." + "1" * 40, '"Infinity"']


@pytest.mark.parametrize("number", NUMBERS)
def test_row_30_no_number_that_is_none_turns_a_check_off(gateway, account, number):
    root = organization_of(account)
    text = number.encode()
    calls = [
        ("POST", f"{root}/keys", b'{"name": "k", "limit": %s}' % text),
        ("PATCH", f"{root}/keys/{account.hash}", b'{"limit": %s}' % text),
        ("PUT", f"{root}/limits", b'{"limit": %s}' % text),
        ("PUT", f"{root}/limits", b'{"requests_per_minute": %s}' % text),
        ("POST", f"{root}/credits", b'{"amount": %s}' % text),
        ("POST", f"{root}/purchases", b'{"amount": %s}' % text),
        ("POST", f"{root}/credit-requests", b'{"amount": %s}' % text),
        ("POST", "/api/vouchers", b'{"amount": %s}' % text),
        ("PUT", f"{root}/credit_policy", b'{"overdraft_cap": %s}' % text),
    ]
    for method, path, body in calls:
        answer = gateway.request(method, path, key=gateway.root_key, body=body)
        assert answer.status in (400, 403), (method, path, number, answer.status, answer.body)
    assert gateway.manage("GET", f"{root}/limits")["limit"] is None
    assert gateway.credits(account)["balance"] == 5


def test_row_30_amounts_are_exact(gateway):
    account = gateway.new_account(None)
    for _ in range(30):
        gateway.grant(account, "0.1")
    assert gateway.credits(account)["balance"] == 3


def test_row_31_every_way_to_spend_counts_against_the_member_and_is_refused_at_the_cap(gateway):
    account = gateway.new_account("50")
    member = gateway.person(organization=account.organization).id
    root = organization_of(account)
    made = gateway.manage("POST", f"{root}/keys", {"name": "k", "creator_user_id": member})
    key = replace(account, key=made["key"])
    ways = {
        "chat": ("/v1/chat/completions", chat("tokens=1", max_tokens=1)),
        "stream": ("/v1/chat/completions", chat("tokens=1", max_tokens=1, stream=True)),
        "chat of OpenRouter": ("/api/v1/chat/completions", chat("tokens=1", max_tokens=1)),
        "completion": ("/v1/completions", {"model": "test/chat", "prompt": "hello", "max_tokens": 1}),
        "embedding": ("/v1/embeddings", {"model": "test/embed", "input": "hello"}),
    }
    spent = Decimal(0)
    for name, (path, body) in ways.items():
        answer = gateway.request("POST", path, key=key.key, json=body)
        assert answer.status == 200, (name, answer.body)
        now = Decimal(str(gateway.manage("GET", f"{root}/members/{member}/limits")["spent"]))
        assert now > spent, name
        spent = now
    assert spent == Decimal(str(gateway.credits(account)["total_usage"]))
    gateway.manage("PUT", f"{root}/members/{member}/limits", {"limit": float(spent)})
    for name, (path, body) in ways.items():
        refused = gateway.request("POST", path, key=key.key, json=body)
        assert refused.status == 402, (name, refused.body)
        assert "member" in refused.text, (name, refused.body)


def test_row_32_a_member_is_added_and_removed_alone_and_no_route_takes_the_whole_list(gateway, team):
    before = {one["user_id"] for one in team.members()}
    key = team.may(team.owner, "POST", "/keys", {"name": "of the owner"})
    joined = gateway.person()
    gateway.manage("POST", f"{team.path}/members", {"user_id": joined.id})
    assert {one["user_id"] for one in team.members()} == before | {joined.id}
    assert [one["hash"] for one in team.may(team.owner, "GET", "/keys")["data"]] == [key["data"]["hash"]]
    for below in ("/members", "/keys", "/projects", "/invitations"):
        assert team.ask(team.owner, "PUT", below, []).status == 405, below


def test_row_34_spending_goes_on_while_the_operator_grants_and_adjusts(gateway):
    account = gateway.new_account("100")
    root, stop, statuses = organization_of(account), threading.Event(), []

    def spend():
        while not stop.is_set():
            statuses.append(post_chat(gateway, account, "tokens=1", max_tokens=1).status)

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(25):
        gateway.grant(account, "1")
        gateway.manage("POST", f"{root}/adjustments", {"amount": -1})
    stop.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}
    credits = gateway.credits(account)
    assert Decimal(str(credits["balance"])) == 100 - Decimal(str(credits["total_usage"]))
    entries = pages_of(gateway, f"{root}/transactions", 100)
    assert sum(Decimal(str(entry["amount"])) for entry in entries) == Decimal(str(credits["balance"]))


# --- reports


@pytest.fixture(scope="module")
def spent(gateway):
    """Three models, three keys and two members in one day; its report by each dimension must have the same sums."""
    account = gateway.new_account("50")
    root = organization_of(account)
    members = [gateway.person(organization=account.organization).id for _ in range(2)]
    for number in range(3):
        body = {"name": f"k{number}", "creator_user_id": members[number % 2]}
        key = replace(account, key=gateway.manage("POST", f"{root}/keys", body)["key"])
        for model in ("test/chat", "test/chat-b", "test/reasoning")[: number + 1]:
            answer = gateway.request(
                "POST", "/v1/chat/completions", key=key.key, json=chat(f"tokens={number + 2}") | {"model": model}
            )
            if answer.status == 404:  # not in the price list: another one does as well
                answer = post_chat(gateway, key, f"tokens={number + 3}")
            assert answer.status == 200, answer.body
    return account


FIGURES = ("requests", "prompt_tokens", "completion_tokens", "usage")


def sums(rows):
    return {name: sum(Decimal(str(row[name])) for row in rows) for name in FIGURES}


DIMENSIONS = ["key", "member", "project", "model", "provider", "day", "hour", "key,model", "member,day"]


@pytest.mark.parametrize("by", DIMENSIONS)
def test_row_48_and_49_every_grouping_has_the_sums_of_the_requests_and_no_row_twice(gateway, spent, by):
    root = organization_of(spent)
    feed = gateway.manage("GET", f"{root}/activity?limit=1000")["data"]
    report = gateway.manage("GET", f"{root}/analytics?group_by={by}")
    assert sums(report["data"])["usage"] == sum(Decimal(str(row["usage"])) for row in feed)
    assert sums(report["data"]) == {name: Decimal(str(report["total"][name])) for name in FIGURES}
    named = [tuple(value for value in row.values() if isinstance(value, str)) for row in report["data"]]
    assert len(named) == len(set(named))
    table = gateway.request("GET", f"{root}/analytics?group_by={by}&format=csv", key=gateway.root_key)
    assert sums(list(csv.DictReader(io.StringIO(table.text)))) == sums(report["data"])


DAY = 24 * 60


@pytest.mark.parametrize("minutes, least", [(5, 1), (59, 1), (61, 1), (25 * 60, 2), (90 * DAY, 20), (366 * DAY, 20)])
def test_row_52_explicit_edges_give_the_points_that_were_asked_for(gateway, spent, minutes, least):
    now = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=15)
    now -= timedelta(minutes=now.minute % 15)
    step = max(timedelta(minutes=15), timedelta(minutes=minutes) / 90)
    step -= step % timedelta(minutes=15)
    count = max(least, min(90, int(timedelta(minutes=minutes) / step)))
    edges = [now - step * (count - i) for i in range(count + 1)]
    text = ",".join(edge.strftime("%Y-%m-%dT%H:%M:%SZ") for edge in edges)
    answer = gateway.request("GET", f"{organization_of(spent)}/analytics?edges={text}", key=gateway.root_key)
    assert answer.status == 200, answer.body
    assert answer.json()["total"]["requests"] > 0


NO_RANGES = ["from=2026-01-02&to=2026-01-01", "from=2026-01-01&to=2026-01-01", "edges=2026-01-02,2026-01-01"]


@pytest.mark.parametrize("query", NO_RANGES)
def test_row_52_a_range_that_is_none_is_refused(gateway, spent, query):
    answer = gateway.request("GET", f"{organization_of(spent)}/analytics?{query}", key=gateway.root_key)
    assert answer.status == 400 and answer.error["message"]


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_row_53_a_walk_has_every_request_once_while_new_ones_come(gateway, limit):
    account = gateway.new_account("50")
    made = {post_chat(gateway, account, "tokens=1").header("x-generation-id") for _ in range(25)}
    path, seen, cursor = f"{organization_of(account)}/activity?limit={limit}", [], ""
    while cursor is not None:
        page = gateway.manage("GET", path + (f"&cursor={cursor}" if cursor else ""))
        seen += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
        post_chat(gateway, account, "tokens=1")
    assert len(seen) == len(set(seen)) and made <= set(seen)


def test_row_54_a_cursor_that_was_tampered_with_is_no_end_of_the_list(gateway, account):
    for _ in range(3):
        post_chat(gateway, account, "tokens=1")
    other = gateway.new_account("5")
    for one in (account, other):
        post_chat(gateway, one, "tokens=1")
    path = f"{organization_of(account)}/activity?limit=1"
    cursor = gateway.manage("GET", path)["next_cursor"]
    for wrong in (cursor[:-1], cursor + "x", cursor[::-1], "x", "0"):
        assert gateway.request("GET", f"{path}&cursor={wrong}", key=gateway.root_key).status == 400, wrong
    foreign = f"{organization_of(other)}/activity?limit=1&cursor={cursor}"
    answer = gateway.request("GET", foreign, key=gateway.root_key)
    assert answer.status == 400 or all(row["key_hash"] == other.hash for row in answer.json()["data"])


# --- audit and settings


def test_row_57_the_audit_names_who_did_it_and_how(gateway, team):
    path = f"{team.path}/members/{team.member.id}"
    manager = gateway.manage(
        "POST", f"{team.path}/keys", {"name": "manager", "kind": "management", "creator_user_id": team.admin.id}
    )
    for role, key in (("admin", team.owner.token), ("member", gateway.root_key), ("admin", manager["key"])):
        assert gateway.request("PATCH", path, key=key, json={"role": role}).status == 200
    entries = [
        entry for entry in pages_of(gateway, f"{team.path}/audit", 100) if entry["action"] == "member.update"
    ]
    by_key, by_operator, by_owner = entries
    assert by_owner["actor"] == f"user:{team.owner.id}" and by_owner["via"].startswith("token:")
    assert by_operator["actor"] == "root"
    assert manager["data"]["hash"] in by_key["actor"] + by_key["via"]
    for entry in entries:
        [document] = entry["documents"]
        assert document["before"]["role"] != document["after"]["role"] and entry["created_at"]


def test_row_61_a_version_survives_a_proxy_that_rewrites_etags(gateway, team):
    tag = team.ask(team.owner, "GET").header("etag")
    number = tag.strip('W/"')
    for name, form in enumerate(('W/"{}"', '"{}"', 'W/"{}-gzip"', '"{}-gzip"', "{}")):
        headers = {"If-Match": form.format(number)}
        answer = team.ask(team.owner, "PATCH", "", {"name": f"name {name}"}, headers=headers)
        assert answer.status == 200, (form, answer.body)
        number = answer.header("etag").strip('W/"')
    stale = team.ask(team.owner, "PATCH", "", {"name": "late"}, headers={"If-Match": '"1"'})
    assert stale.status == 412
    version = team.may(team.owner, "GET")["version"]
    assert team.ask(team.owner, "PATCH", "", {"name": "e", "version": version}).status == 200
    assert team.ask(team.owner, "PATCH", "", {"name": "f", "version": version}).status == 412


def test_row_64_null_is_among_the_values_of_what_may_be_null(gateway):
    document = json.loads(gateway.request("GET", "/api/openapi.json").text)

    def enumerations(node):
        if isinstance(node, dict):
            if "enum" in node:
                yield node
            for value in node.values():
                yield from enumerations(value)
        elif isinstance(node, list):
            for value in node:
                yield from enumerations(value)

    nullable = [node for node in enumerations(document) if "null" in node.get("type", [])]
    assert len(nullable) > 3
    assert [node for node in nullable if None not in node["enum"]] == []


def test_row_69_what_is_not_known_is_named(gateway, team):
    for method, below, body in (
        ("PATCH", "", {"nmae": "x"}),
        ("PUT", "/llm", {"model": None, "modle": "x"}),
        ("POST", "/keys", {"name": "k", "limt": 3}),
        ("POST", "/projects", {"name": "p", "colour": "red"}),
        ("PATCH", f"/members/{team.member.id}", {"rol": "admin"}),
        ("POST", "/invitations", {"email": "x@people.test", "roles": ["admin"]}),
        ("PUT", "/limits", {"limits": 3}),
        ("PATCH", "/billing", {"vat": "x"}),
    ):
        answer = team.ask(team.owner, method, below, body)
        wrong = next(name for name in body if name not in ("model", "name", "email"))
        assert answer.status == 400 and wrong in answer.error["message"], (below, answer.body)
