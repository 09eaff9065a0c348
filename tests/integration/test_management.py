"""The management API with the root key, and how soon what it changes is in force."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from support.chat import chat, open_stream, post_chat
from support.pages import pages_of
from support.waiting import eventually

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def keys_path(account):
    return f"/api/organizations/{account.organization}/keys"


def test_an_organization_is_made_with_a_default_project(gateway):
    made = gateway.manage("POST", "/api/organizations", {"name": "Ünïcode & Co"})
    assert re.fullmatch(UUID, made["id"]) and re.fullmatch(UUID, made["default_project_id"])
    assert made["name"] == "Ünïcode & Co" and re.fullmatch("[a-z0-9-]+", made["slug"]) and made["created_at"]
    projects = gateway.manage("GET", f"/api/organizations/{made['id']}/projects")["data"]
    assert [(project["id"], project["is_default"]) for project in projects] == [(made["default_project_id"], True)]


def test_organizations_are_listed_and_read(gateway):
    made = gateway.manage("POST", "/api/organizations", {"name": "Listed"})
    assert gateway.manage("GET", f"/api/organizations/{made['id']}")["name"] == "Listed"
    listed, cursor = [], ""
    while cursor is not None:
        page = gateway.manage("GET", f"/api/organizations?limit=50{cursor and '&cursor=' + cursor}")
        assert 0 < len(page["data"]) <= 50
        listed += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert listed.count(made["id"]) == 1 and len(set(listed)) == len(listed)


@pytest.mark.parametrize(
    "path",
    [
        "/api/organizations/0191e0c8-0000-7000-8000-000000000000",
        "/api/organizations/nonsense",
        "/api/organizations/0191e0c8-0000-7000-8000-000000000000/keys",
        "/api/nowhere",
    ],
)
def test_an_unknown_organization_or_route_is_404(gateway, path):
    answer = gateway.request("GET", path, key=gateway.root_key)
    assert answer.status == 404 and answer.error["code"] == "not_found"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"name": 5}', b'{"name": ""}', b'{"name"', b'{"name": null}', b'{"name": " "}'])
def test_an_organization_without_a_proper_name_is_400(gateway, body):
    answer = gateway.request("POST", "/api/organizations", key=gateway.root_key, body=body)
    assert answer.status == 400 and answer.error["code"] in ("invalid_json", "invalid_request")


def test_projects_are_made_in_an_organization(gateway, account):
    path = f"/api/organizations/{account.organization}/projects"
    made = gateway.manage("POST", path, {"name": "Second"})
    assert made["is_default"] is False and made["name"] == "Second"
    assert made["id"] in [project["id"] for project in gateway.manage("GET", path)["data"]]


def test_a_key_is_shown_once_and_known_by_its_digest(gateway, account):
    made = gateway.manage("POST", keys_path(account), {"name": "Shown"})
    key, shown = made["key"], made["data"]
    assert re.fullmatch(r"sk-tg-v1-[0-9A-Za-z]{49}", key)
    assert shown["hash"] == hashlib.sha256(key.encode()).hexdigest()
    assert shown["name"] == "Shown" and shown["disabled"] is False
    listed = gateway.request("GET", keys_path(account), key=gateway.root_key)
    assert key not in listed.text and shown["hash"] in listed.text


def test_a_key_can_be_bound_to_a_project(gateway, account):
    project = gateway.manage("POST", f"/api/organizations/{account.organization}/projects", {"name": "P"})["id"]
    made = gateway.manage("POST", keys_path(account), {"name": "k", "project_id": project})
    assert post_chat(gateway, account).status == 200
    answer = gateway.request("POST", "/v1/chat/completions", key=made["key"], json=chat())
    assert answer.status == 200 and answer.header("x-tollgate-organization") == account.organization


def test_a_key_for_another_organizations_project_is_refused(gateway, account):
    other = gateway.manage("POST", "/api/organizations", {"name": "Other"})
    answer = gateway.request(
        "POST", keys_path(account), key=gateway.root_key, json={"name": "k", "project_id": other["default_project_id"]}
    )
    assert answer.status in (400, 404)


def test_a_new_key_works_for_the_next_request_on_every_worker(gateway, account):
    connections = [gateway.connect() for _ in range(8)]
    made = gateway.manage("POST", keys_path(account), {"name": "now"})
    for connection in connections:
        with connection:
            connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=made["key"], json=chat()))
            assert connection.read_answer().status == 200


def test_a_disabled_key_fails_on_the_next_request_of_open_connections(gateway, account):
    connections = [gateway.connect() for _ in range(8)]
    request = gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=chat())
    for connection in connections:
        connection.send(request)
        assert connection.read_answer().status == 200
    gateway.manage("PATCH", f"{keys_path(account)}/{account.hash}", {"disabled": True})
    for connection in connections:
        with connection:
            connection.send(request)
            answer = connection.read_answer()
            assert answer.status == 401 and answer.error["code"] == "invalid_api_key"


def test_a_key_that_is_enabled_again_works_again(gateway, account):
    path = f"{keys_path(account)}/{account.hash}"
    gateway.manage("PATCH", path, {"disabled": True})
    assert gateway.manage("GET", path)["data"]["disabled"] is True
    gateway.manage("PATCH", path, {"disabled": False})
    assert post_chat(gateway, account).status == 200


def test_a_deleted_key_fails_on_the_next_request_and_is_gone(gateway, account):
    path = f"{keys_path(account)}/{account.hash}"
    assert gateway.manage("DELETE", path) == {"deleted": True}
    assert post_chat(gateway, account).status == 401
    assert gateway.request("GET", path, key=gateway.root_key).status == 404
    assert gateway.request("DELETE", path, key=gateway.root_key).status == 404


def test_a_key_is_401_once_it_has_expired(gateway, account):
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    made = gateway.manage("POST", keys_path(account), {"name": "k", "expires_at": soon.strftime("%Y-%m-%dT%H:%M:%SZ")})
    eventually(lambda: gateway.request("GET", "/api/v1/key", key=made["key"]).status == 401)
    assert gateway.request("POST", "/v1/chat/completions", json=chat(), key=made["key"]).status == 401


def test_a_key_that_would_be_born_expired_is_refused(gateway, account):
    answer = gateway.request(
        "POST", keys_path(account), key=gateway.root_key, json={"name": "old", "expires_at": "2020-01-01T00:00:00Z"}
    )
    assert answer.status == 400 and "expires_at" in answer.error["message"]


def test_a_key_that_expires_later_works(gateway, account):
    made = gateway.manage("POST", keys_path(account), {"name": "new", "expires_at": "2099-01-01T00:00:00Z"})
    assert gateway.request("POST", "/v1/chat/completions", key=made["key"], json=chat()).status == 200


def test_a_key_is_renamed_without_other_change(gateway, account):
    path = f"{keys_path(account)}/{account.hash}"
    before = gateway.manage("GET", path)["data"]
    after = gateway.manage("PATCH", path, {"name": "Renamed"})["data"]
    changed = {name for name in before if before[name] != after.get(name)}
    assert after["name"] == "Renamed" and changed <= {"name", "updated_at", "version"}


def test_a_keys_limit_is_402_though_the_organization_has_credit(gateway, sample):
    account = gateway.new_account("5", limit=0)
    before = sample.requests_total()
    answer = post_chat(gateway, account)
    assert answer.status == 402 and answer.error["code"] == "key_limit_exceeded"
    assert answer.error["available"] == 0 and answer.error["needed"] > 0
    assert answer.header("x-should-retry") == "false"
    assert sample.requests_total() == before


def test_a_raised_limit_is_in_force_at_once(gateway):
    account = gateway.new_account("5", limit=0)
    gateway.manage("PATCH", f"{keys_path(account)}/{account.hash}", {"limit": 1})
    assert post_chat(gateway, account).status == 200
    gateway.manage("PATCH", f"{keys_path(account)}/{account.hash}", {"limit": 0})
    assert post_chat(gateway, account).status == 402
    gateway.manage("PATCH", f"{keys_path(account)}/{account.hash}", {"limit": None})
    assert post_chat(gateway, account).status == 200


def test_a_key_never_spends_more_than_its_limit(gateway):
    account = gateway.new_account("5", limit=0.005)
    answers = [post_chat(gateway, account, "prompt_tokens=10 completion_tokens=1000") for _ in range(12)]
    spent = sum(answer.json()["usage"]["cost"] for answer in answers if answer.status == 200)
    assert {answer.status for answer in answers} == {200, 402} and spent <= Decimal("0.005")


def test_credit_is_added_exactly(gateway, account):
    granted = gateway.grant(account, "0.000000001")
    assert granted["amount"] == Decimal("0.000000001") and granted["balance"] == Decimal("5.000000001")
    assert granted["repeated"] is False and granted["transaction_id"]
    figures = gateway.credits(account)
    assert figures == {
        "balance": Decimal("5.000000001"),
        "total_credits": Decimal("5.000000001"),
        "total_usage": 0,
        "held": 0,
    }


@pytest.mark.parametrize("amount", [b"0.0000000001", b"-1", b"0", b'"5"', b"1e30", b"null", b"true"])
def test_an_odd_amount_is_400_and_books_nothing(gateway, account, amount):
    answer = gateway.request(
        "POST",
        f"/api/organizations/{account.organization}/credits",
        key=gateway.root_key,
        body=b'{"amount": %s}' % amount,
    )
    assert answer.status == 400, answer.body
    assert gateway.credits(account)["balance"] == 5


def test_an_idempotency_key_books_once(gateway, account):
    first = gateway.grant(account, "2", **{"Idempotency-Key": "order-1"})
    second = gateway.grant(account, "2", **{"Idempotency-Key": "order-1"})
    assert second["repeated"] is True and second["transaction_id"] == first["transaction_id"]
    assert gateway.credits(account)["balance"] == 7


def test_credit_is_usable_at_once(gateway):
    account = gateway.new_account(None)
    assert post_chat(gateway, account).status == 402
    gateway.grant(account, "1")
    assert post_chat(gateway, account).status == 200


def test_without_credit_a_request_is_402_with_what_is_needed(gateway, sample):
    account = gateway.new_account("0.0001")
    before = sample.requests_total()
    answer = post_chat(gateway, account, max_tokens=1000)
    error = answer.error
    assert answer.status == 402 and error["code"] == "insufficient_credits"
    assert error["available"] == Decimal("0.0001") < error["needed"]
    assert 0 < error["max_tokens_affordable"] < 1000
    assert answer.header("x-should-retry") == "false"
    assert sample.requests_total() == before
    assert gateway.credits(account)["held"] == 0


def test_what_402_says_is_affordable_is_affordable(gateway):
    account = gateway.new_account("0.0001")
    tokens = post_chat(gateway, account, max_tokens=1000).error["max_tokens_affordable"]
    assert post_chat(gateway, account, max_tokens=tokens).status == 200


def test_a_hold_is_visible_while_a_request_runs_and_gone_after(gateway, account):
    with open_stream(gateway, account, "tokens=40 token_ms=10") as connection:
        connection.read_head()
        held = eventually(lambda: gateway.credits(account)["held"])
        assert held >= Decimal("0.0006") * 4  # 4096 tokens at 0.60 a million
        connection.read_until(b"[DONE]")
    assert gateway.credits(account)["held"] == 0


@pytest.mark.parametrize(
    "method, path",
    [("GET", "/api/organizations"), ("POST", "/api/organizations"), ("GET", "/api/organizations/x/keys")],
)
def test_management_needs_a_key(gateway, method, path):
    assert gateway.request(method, path, json={"name": "x"} if method == "POST" else None).status == 401


def test_everything_made_survives_a_restart(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("3", limit=1)
    answer = post_chat(gateway, account)
    cost = answer.json()["usage"]["cost"]
    gateway.manage("PUT", f"/api/organizations/{account.organization}/llm", {"model": "test/odd"})
    assert gateway.stop() == 0
    gateway.start()
    assert gateway.credits(account) == {"balance": 3 - cost, "total_credits": 3, "total_usage": cost, "held": 0}
    key = gateway.request("GET", "/api/v1/key", key=account.key).json()["data"]
    assert key["usage"] == cost and key["limit_remaining"] == 1 - cost
    assert gateway.generation(account, answer.header("x-generation-id"))["total_cost"] == cost
    assert post_chat(gateway, account, model=None).header("x-tollgate-model") == "test/odd"


def test_an_idempotency_key_holds_across_a_restart(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account(None)
    gateway.grant(account, "2", **{"Idempotency-Key": "order-1"})
    gateway.stop()
    gateway.start()
    assert gateway.grant(account, "2", **{"Idempotency-Key": "order-1"})["repeated"] is True
    assert gateway.credits(account)["balance"] == 2


def grant_with(gateway, account, idempotency_key):
    return gateway.request(
        "POST",
        f"/api/organizations/{account.organization}/credits",
        key=gateway.root_key,
        json={"amount": 1},
        headers={"Idempotency-Key": idempotency_key},
    )


def test_idempotency_keys_that_differ_late_are_two_grants(gateway):
    account = gateway.new_account(None)
    same = "k" * 128
    for key, repeated in ((same + "1", False), (same + "2", False), (same + "1", True), (same, False)):
        assert grant_with(gateway, account, key).json()["repeated"] is repeated
    assert gateway.credits(account)["balance"] == 3


def test_an_idempotency_key_is_taken_up_to_255_bytes(gateway):
    account = gateway.new_account(None)
    assert grant_with(gateway, account, "k" * 255).status == 201
    answer = grant_with(gateway, account, "k" * 256)
    assert answer.status == 400 and "255" in answer.error["message"]
    assert gateway.credits(account)["balance"] == 1


def test_an_organizations_credit_policy_is_set_shown_and_kept(start_gateway):
    gateway = start_gateway(credit={"on_exhausted": "cut", "overdraft_cap": 0.5})
    account = gateway.new_account("1")
    path = f"/api/organizations/{account.organization}/credit_policy"
    shown = gateway.manage("GET", path)
    usual = {"on_exhausted": "cut", "overdraft_cap": Decimal("0.5"), "default": True, "version": shown["version"]}
    assert shown == usual and gateway.manage("PUT", path, shown) == usual
    own = {"on_exhausted": "owe", "overdraft_cap": Decimal("0.02"), "default": False, "version": usual["version"] + 1}
    assert gateway.manage("PUT", path, {"on_exhausted": "owe", "overdraft_cap": 0.02}) == own
    gateway.manage("PUT", path, usual, expect=412)
    assert gateway.manage("PUT", path, own) == own
    for bad in ({"on_exhausted": "lend"}, {"overdraft_cap": -1}, {"overdraft_cap": "1"}, {"cap": 1}):
        gateway.manage("PUT", path, bad, expect=400)
    gateway.stop()
    gateway.start()
    assert gateway.manage("GET", path) == own
    assert gateway.manage("PUT", path, {"on_exhausted": None})["default"] is True


def test_keys_are_listed_in_pages(gateway, account):
    made = [account.hash]
    for name in range(6):
        made.append(gateway.manage("POST", keys_path(account), {"name": f"k{name}"})["data"]["hash"])
    for limit in (1, 3, 7, 100):
        listed = [key["hash"] for key in pages_of(gateway, keys_path(account), limit)]
        assert sorted(listed) == sorted(made) and len(set(listed)) == len(made)


def test_a_list_goes_on_though_the_last_member_of_its_page_is_gone(gateway, account):
    for name in range(3):
        gateway.manage("POST", keys_path(account), {"name": f"k{name}"})
    whole = [key["hash"] for key in gateway.manage("GET", keys_path(account))["data"]]
    page = gateway.manage("GET", f"{keys_path(account)}?limit=2")
    gateway.manage("DELETE", f"{keys_path(account)}/{whole[1]}")
    rest = gateway.manage("GET", f"{keys_path(account)}?cursor={page['next_cursor']}")["data"]
    assert [key["hash"] for key in rest] == whole[2:]


def test_organizations_and_projects_are_listed_in_pages(gateway, account):
    projects = f"/api/organizations/{account.organization}/projects"
    made = {gateway.manage("POST", projects, {"name": f"p{number}"})["id"] for number in range(3)}
    listed = pages_of(gateway, projects, 2)
    assert listed[0]["is_default"] and {project["id"] for project in listed[1:]} == made
    assert account.organization in [one["id"] for one in pages_of(gateway, "/api/organizations", 3)]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "cursor=%22", "page=2", "limit=1&limit=2"])
def test_an_odd_page_is_400(gateway, account, query):
    answer = gateway.request("GET", f"{keys_path(account)}?{query}", key=gateway.root_key)
    assert answer.status == 400 and answer.error["param"] == query.split("=")[0]


def repeatable(gateway, method, path, body, idempotency_key):
    headers = {"Idempotency-Key": idempotency_key}
    return gateway.request(method, path, key=gateway.root_key, json=body, headers=headers)


def test_a_repeated_change_returns_the_first_answer_and_changes_nothing(gateway, account):
    path = f"/api/organizations/{account.organization}/projects"
    first = repeatable(gateway, "POST", path, {"name": "Once"}, "p-1")
    second = repeatable(gateway, "POST", path, {"name": "Once"}, "p-1")
    assert (first.status, first.body) == (201, second.body) and second.status == 201
    assert [one["name"] for one in gateway.manage("GET", path)["data"]].count("Once") == 1


def test_an_idempotency_key_with_another_body_is_409(gateway, account):
    path = f"/api/organizations/{account.organization}/llm"
    assert repeatable(gateway, "PUT", path, {"model": "test/chat"}, "l-1").status == 200
    assert repeatable(gateway, "PUT", path, {"model": "test/odd"}, "l-1").status == 409
    assert gateway.manage("GET", path)["model"] == "test/chat"


def test_a_key_is_made_once_for_an_idempotency_key_and_its_secret_is_stored_nowhere(gateway, account):
    first = repeatable(gateway, "POST", keys_path(account), {"name": "Once"}, "k-1")
    second = repeatable(gateway, "POST", keys_path(account), {"name": "Once"}, "k-1")
    assert first.status == 201 and second.status == 409
    assert first.json()["data"]["hash"] in second.error["message"] and first.json()["key"] not in second.text
    assert [key["name"] for key in gateway.manage("GET", keys_path(account))["data"]].count("Once") == 1


def test_lots_of_credit_are_listed_in_pages_in_the_order_of_their_use(gateway, account):
    path = f"/api/organizations/{account.organization}"
    for priority, expires in ((200, None), (50, "2999-01-01"), (50, "2998-01-01"), (50, None), (0, None)):
        gateway.manage("POST", f"{path}/credits", {"amount": 1, "priority": priority, "expires_at": expires})
    whole = gateway.manage("GET", f"{path}/credit-lots")
    assert whole["next_cursor"] is None
    order = [(lot["priority"], (lot["expires_at"] or "")[:4]) for lot in whole["data"]]
    assert order == [(0, ""), (50, "2998"), (50, "2999"), (50, ""), (100, ""), (200, "")]
    for limit in (1, 4, 6):
        assert pages_of(gateway, f"{path}/credit-lots", limit) == whole["data"]
