"""What organizations can see of their usage: requests, sums, and who may look."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from support.chat import cost_of, post_chat, stream_chat


def activity(gateway, account, query="", key=None):
    path = f"/api/organizations/{account.organization}/activity{query}"
    answer = gateway.request("GET", path, key=key or gateway.root_key)
    assert answer.status == 200, answer.body
    return answer.json()


def analytics(gateway, account, query=""):
    path = f"/api/organizations/{account.organization}/analytics{query}"
    answer = gateway.request("GET", path, key=gateway.root_key)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def management_key(gateway, account):
    path = f"/api/organizations/{account.organization}/keys"
    return gateway.manage("POST", path, {"name": "manager", "kind": "management"})["key"]


def test_requests_are_listed_at_once_and_the_newest_first(gateway, account):
    made = [post_chat(gateway, account, f"tokens={n}").header("x-generation-id") for n in (3, 4, 5)]
    rows = activity(gateway, account)["data"]
    # Of one commit group the rows stand by worker.
    assert sorted(row["id"] for row in rows) == sorted(made)
    newest = next(row for row in rows if row["id"] == made[-1])
    assert newest["tokens_completion"] == 5 and newest["http_status"] == 200 and newest["finish_reason"] == "stop"
    assert newest["key_hash"] == account.hash and newest["model"] == "test/chat" and not newest["streamed"]
    assert Decimal(str(newest["usage"])) == cost_of("test/chat", newest["tokens_prompt"], 5)


def test_pages_go_on_where_the_last_ended(gateway, account):
    made = [post_chat(gateway, account, "tokens=1").header("x-generation-id") for _ in range(5)]
    first = activity(gateway, account, "?limit=2")
    post_chat(gateway, account, "tokens=1")
    second = activity(gateway, account, f"?limit=3&cursor={first['next_cursor']}")
    seen = [row["id"] for row in first["data"] + second["data"]]
    assert sorted(seen) == sorted(made)
    assert second["next_cursor"] is None


def test_pages_go_back_to_the_newest_and_csv_has_each_of_them(gateway, account):
    for _ in range(5):
        post_chat(gateway, account, "tokens=1")
    newest_first = [row["id"] for row in activity(gateway, account)["data"]]
    pages = [activity(gateway, account, "?limit=2")]
    while cursor := pages[-1]["next_cursor"]:
        pages.append(activity(gateway, account, f"?limit=2&cursor={cursor}"))
    assert [row["id"] for page in pages for row in page["data"]] == newest_first
    assert pages[0]["previous_cursor"] is None
    later = post_chat(gateway, account, "tokens=1").header("x-generation-id")
    path = f"/api/organizations/{account.organization}/activity?format=csv&limit=2"
    seen, cursor = [row["id"] for row in pages[-1]["data"]], pages[-1]["previous_cursor"]
    while cursor:
        answer = gateway.request("GET", f"{path}&cursor={cursor}", key=gateway.root_key)
        seen[:0] = [row["id"] for row in csv.DictReader(io.StringIO(answer.text))]
        cursor = answer.header("x-previous-cursor")
    assert seen == [later, *newest_first]


def test_a_cursor_belongs_to_its_filter(gateway, account):
    for _ in range(2):
        post_chat(gateway, account, "tokens=1")
    cursor = activity(gateway, account, "?limit=1")["next_cursor"]
    path = f"/api/organizations/{account.organization}/activity?status=success&cursor={cursor}"
    answer = gateway.request("GET", path, key=gateway.root_key)
    assert answer.status == 400 and "cursor" in answer.error["message"]


def test_filters_admit_their_own(gateway, account):
    post_chat(gateway, account, "tokens=1")
    stream_chat(gateway, account, "tokens=2")
    post_chat(gateway, account, "status=500")
    assert len(activity(gateway, account)["data"]) == 3
    failed = activity(gateway, account, "?status=server_error")["data"]
    assert [row["http_status"] for row in failed] == [500]
    assert len(activity(gateway, account, "?status=success&model=test/chat")["data"]) == 2
    assert activity(gateway, account, "?model=test/other")["data"] == []
    assert activity(gateway, account, "?to=2020-01-01")["data"] == []


def test_csv_has_the_same_rows_and_defuses_formulas(gateway, account):
    post_chat(gateway, account, "tokens=1", headers={"HTTP-Referer": '=1+"x"', "X-Title": "An app"})
    path = f"/api/organizations/{account.organization}/activity?format=csv"
    answer = gateway.request("GET", path, key=gateway.root_key)
    assert answer.header("content-type").startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(answer.body.decode()))
    assert row["tokens_completion"] == "1" and row["http_referer"] == "'=1+\"x\""
    assert row["app_title"] == "An app"


def test_sums_equal_the_requests(gateway, account):
    for words in ("tokens=3", "tokens=4", "status=500", "status=400"):
        post_chat(gateway, account, words)
    rows = activity(gateway, account)["data"]
    (total,) = analytics(gateway, account)
    assert (total["requests"], total["client_errors"], total["server_errors"]) == (4, 1, 1)
    assert total["completion_tokens"] == sum(row["tokens_completion"] for row in rows)
    assert Decimal(str(total["usage"])) == sum(Decimal(str(row["usage"])) for row in rows)
    assert total["error_rate"] == 0.5 and total["latency_p50"] is not None
    by_model = analytics(gateway, account, "?group_by=model,key,day")
    assert [(row["model"], row["key_hash"], row["requests"]) for row in by_model] == [("test/chat", account.hash, 4)]
    assert by_model[0]["begin"][11:] == "00:00:00.000Z"
    assert sum(row["requests"] for row in analytics(gateway, account, "?group_by=minute")) == 4


def test_openrouters_activity_is_by_day_and_model(gateway, account):
    post_chat(gateway, account, "tokens=7")
    key = management_key(gateway, account)
    today = datetime.now(UTC).date().isoformat()
    answer = gateway.request("GET", f"/api/v1/activity?date={today}", key=key)
    (row,) = answer.json()["data"]
    assert row["date"] == today and row["model"] == "test/chat"
    assert row["requests"] == 1 and row["completion_tokens"] == 7
    assert gateway.request("GET", "/api/v1/activity", key=key).json() == {"data": []}  # completed days only


def test_who_may_see_usage(gateway, account):
    other = gateway.new_account()
    own, foreign = management_key(gateway, account), management_key(gateway, other)
    for what in ("activity", "analytics"):
        path = f"/api/organizations/{account.organization}/{what}"
        assert gateway.request("GET", path, key=own).status == 200
        assert gateway.request("GET", path, key=foreign).status == 404
        assert gateway.request("GET", path, key=account.key).status == 403
        assert gateway.request("GET", path).status == 401
        assert gateway.request("POST", path, key=own, body=b"{}").status == 405
    assert gateway.request("GET", "/api/v1/activity", key=account.key).status == 403


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("activity?limit=0", "limit"),
        ("activity?limit=1001", "limit"),
        ("activity?key=abc", "key"),
        ("activity?project_id=1", "project_id"),
        ("activity?from=yesterday", "from"),
        ("activity?status=odd", "status"),
        ("activity?format=xml", "format"),
        ("activity?colour=red", "colour"),
        ("activity?limit=1&limit=2", "limit"),
        ("analytics?group_by=colour", "group_by"),
        ("analytics?group_by=day,hour", "group_by"),
        ("analytics?from=2026-01-02&to=2026-01-01", "to"),
        ("analytics?edges=2026-01-01,soon", "edges"),
        ("analytics?edges=2026-01-01,2026-01-02&group_by=day", "edges"),
        ("analytics?edges=2026-01-01,2026-01-02&from=2026-01-01", "edges"),
        ("analytics?top=0", "top"),
        ("analytics?compare=next", "compare"),
        ("analytics?budget_ms=10001", "budget_ms"),
        ("activity/values?field=colour", "field"),
        ("activity/values", "field"),
    ],
)
def test_bad_parameters_are_named(gateway, account, query, param):
    answer = gateway.request("GET", f"/api/organizations/{account.organization}/{query}", key=gateway.root_key)
    assert answer.status == 400 and answer.error["param"] == param


def test_a_cursor_that_is_none_is_400(gateway, account):
    path = f"/api/organizations/{account.organization}/activity?cursor=abc"
    assert gateway.request("GET", path, key=gateway.root_key).status == 400


def test_usage_survives_kill_and_counts_once(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    made = {post_chat(gateway, account, "tokens=1").header("x-generation-id") for _ in range(3)}
    for _ in range(2):
        gateway.kill()
        gateway.start()
        made.add(post_chat(gateway, account, "tokens=1").header("x-generation-id"))
        rows = [row["id"] for row in activity(gateway, account)["data"]]
        assert sorted(rows) == sorted(made)
        assert analytics(gateway, account)[0]["requests"] == len(made)


def empty_answer(finish_reason):
    return {
        "id": "x",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 0, "total_tokens": 1000},
    }


@pytest.mark.parametrize("insured", [True, False])
def test_zero_completion_insurance_is_a_switch(start_gateway, scripted, insured):
    gateway = start_gateway(credit={"zero_completion_insurance": insured})
    account = gateway.new_account()
    for finish_reason, free in ((None, insured), ("error", insured), ("stop", False)):
        scripted.script = lambda exchange, reason=finish_reason: exchange.answer(empty_answer(reason))
        post_chat(gateway, account, model="test/scripted")
        row = activity(gateway, account, "?limit=1")["data"][0]
        assert row["tokens_prompt"] == 1000
        assert (row["usage"] == 0) == free, finish_reason


def test_csv_without_rows_is_csv(gateway, account):
    path = f"/api/organizations/{account.organization}/activity?format=csv"
    answer = gateway.request("GET", path, key=gateway.root_key)
    assert answer.status == 200 and answer.header("content-type") == "text/csv; charset=utf-8"
    assert answer.text.startswith("id,created_at,") and answer.text.count("\r\n") == 1


# --- values to filter by


def values(gateway, account, query):
    path = f"/api/organizations/{account.organization}/activity/values?{query}"
    answer = gateway.request("GET", path, key=gateway.root_key)
    assert answer.status == 200, answer.body
    return answer.json()


def test_values_name_what_requests_can_be_filtered_by(gateway, account):
    post_chat(gateway, account, "tokens=1", headers={"HTTP-Referer": "https://app.example", "X-Title": "An app"})
    post_chat(gateway, account, "tokens=1")
    post_chat(gateway, account, "status=500")
    found = {
        field: [(one["value"], one["requests"]) for one in values(gateway, account, f"field={field}")["data"]]
        for field in ("key", "model", "status", "app", "user")
    }
    assert found == {
        "key": [(account.hash, 3)],
        "model": [("test/chat", 3)],
        "status": [("success", 2), ("server_error", 1)],
        "app": [("https://app.example", 1)],
        "user": [("sample:tokens=1", 2), ("sample:status=500", 1)],
    }
    [app] = values(gateway, account, "field=app&prefix=An")["data"]
    assert app["label"] == "An app"
    for field, all_of_it in found.items():
        for value, requests in all_of_it:
            assert len(activity(gateway, account, f"?{field}={value}")["data"]) == requests


def test_values_end_at_their_limit_and_begin_with_the_prefix(gateway, account):
    post_chat(gateway, account, "tokens=1")
    post_chat(gateway, account, "status=500")
    part = values(gateway, account, "field=status&limit=1")
    assert len(part["data"]) == 1 and part["partial"]
    whole = values(gateway, account, "field=status&prefix=serv")
    assert [one["value"] for one in whole["data"]] == ["server_error"] and not whole["partial"]


# --- tops, comparisons and edges


def report(gateway, account, query):
    path = f"/api/organizations/{account.organization}/analytics?{query}"
    answer = gateway.request("GET", path, key=gateway.root_key)
    assert answer.status == 200, answer.body
    return answer.json()


def test_row_47_rows_other_and_deleted_are_the_total(gateway, account):
    below = f"/api/organizations/{account.organization}/keys"
    for name, tokens in (("much", 90), ("some", 9), ("gone", 5)):
        made = gateway.manage("POST", below, {"name": name})
        assert post_chat(gateway, replace(account, key=made["key"]), f"tokens={tokens}").status == 200
    gateway.manage("DELETE", f"{below}/{made['data']['hash']}")
    whole = report(gateway, account, "group_by=key,day&top=1")
    assert [row["key_name"] for row in whole["data"]] == ["much"]
    assert (len(whole["other"]), len(whole["deleted"])) == (1, 1)
    parts = whole["data"] + whole["other"] + whole["deleted"]
    for name in ("requests", "completion_tokens"):
        assert sum(part[name] for part in parts) == whole["total"][name]
    assert sum(Decimal(str(part["usage"])) for part in parts) == Decimal(str(whole["total"]["usage"]))
    assert whole["deleted"][0]["completion_tokens"] == 5
    everything = report(gateway, account, "group_by=key,day")
    assert len(everything["data"]) == 3 and not everything["other"] and not everything["deleted"]
    assert everything["total"] == whole["total"]


def test_a_report_compares_with_as_long_a_time_before(gateway, account):
    post_chat(gateway, account, "tokens=3")
    today = datetime.now(UTC).date()
    tomorrow, after, last = (today + timedelta(days=i) for i in (1, 2, 3))
    compared = report(gateway, account, f"from={after}&to={last}&compare=previous")["compare"]
    assert (compared["from"][:10], compared["to"][:10]) == (str(tomorrow), str(after))
    assert compared["total"]["requests"] == 0
    before = report(gateway, account, f"from={tomorrow}&to={after}&compare=previous")["compare"]
    assert before["total"]["requests"] == 1
    edges = report(gateway, account, f"edges={tomorrow},{after}&compare=previous")["compare"]
    assert edges == before


# --- names beside ids


def spend_in_a_project(gateway, account):
    """One request by a key of a project of its own; the key's and the project's names and ids."""
    below = f"/api/organizations/{account.organization}"
    project = gateway.manage("POST", f"{below}/projects", {"name": "Search, team"})["id"]
    made = gateway.manage("POST", f"{below}/keys", {"name": "indexer", "project_id": project})
    spender = replace(account, key=made["key"], hash=made["data"]["hash"])
    assert post_chat(gateway, spender, "tokens=3").status == 200
    return {
        "project_id": project,
        "project_name": "Search, team",
        "key_hash": spender.hash,
        "key_name": "indexer",
        "key_label": made["data"]["label"],
    }


def chosen(row, names):
    return {name: row[name] for name in names}


def test_requests_name_their_key_and_project(gateway, account):
    names = spend_in_a_project(gateway, account)
    [row] = activity(gateway, account)["data"]
    assert chosen(row, names) == names


def test_sums_name_keys_and_projects(gateway, account):
    names = spend_in_a_project(gateway, account)
    [row] = analytics(gateway, account, "?group_by=project,key")
    assert chosen(row, names) == names


@pytest.mark.parametrize("report", ["activity", "analytics"])
def test_csv_names_keys_and_projects(gateway, account, report):
    names = spend_in_a_project(gateway, account)
    query = "?format=csv" + ("&group_by=project,key" if report == "analytics" else "")
    path = f"/api/organizations/{account.organization}/{report}{query}"
    [row] = csv.DictReader(io.StringIO(gateway.request("GET", path, key=gateway.root_key).text))
    assert chosen(row, names) == names


@pytest.mark.parametrize(
    "below",
    [
        "/activity?",
        "/analytics?",
        "/analytics?group_by=day,key,model&",
        "/analytics?group_by=day,tag,project&",
        "/reports/month?month={month}&by=project,member&",
        "/transactions?kind=usage&",
        "/purchases?",
        "/audit?action=key.create&",
    ],
)
def test_a_table_without_rows_has_the_names_that_rows_have(gateway, account, below):
    spend_in_a_project(gateway, account)
    path = f"/api/organizations/{account.organization}"
    gateway.manage("POST", f"{path}/purchases", {"amount": 1})

    def table(query):
        answer = gateway.request("GET", path + query + "format=csv", key=gateway.root_key)
        assert answer.status == 200, answer.body
        return answer.text.split("\r\n")

    month, never = f"{datetime.now(UTC):%Y-%m}", "from=2001-01-01&to=2001-01-02&"
    names, first, *_ = table(below.format(month=month))
    assert first and table(below.format(month="2001-01") + ("" if "month" in below else never)) == [names, ""]


def test_a_deleted_key_keeps_its_name_in_reports(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("5")
    names = spend_in_a_project(gateway, account)
    gateway.manage("DELETE", f"/api/organizations/{account.organization}/keys/{names['key_hash']}")
    gateway.kill()
    gateway.start()
    [row] = activity(gateway, account)["data"]
    assert chosen(row, names) == names
    [row] = analytics(gateway, account, "?group_by=project,key")
    assert chosen(row, names) == names


def test_a_renamed_key_has_its_present_name(gateway, account):
    names = spend_in_a_project(gateway, account)
    path = f"/api/organizations/{account.organization}/keys/{names['key_hash']}"
    gateway.manage("PATCH", path, {"name": "renamed"})
    [row] = activity(gateway, account)["data"]
    assert row["key_name"] == "renamed"
