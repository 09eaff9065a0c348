"""OpenRouter's /api/v1/analytics: what is asked for by its words, against the sums of the organization's own report."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from support.chat import post_chat

APP = {"HTTP-Referer": "https://shop.test", "X-Title": "Shop", "X-Tollgate-Tags": "team-a,nightly"}
QUERY, META = "/api/v1/analytics/query", "/api/v1/analytics/meta"


@pytest.fixture(scope="module")
def spent(gateway):
    """An account whose two keys called two models, with a management key."""
    account = gateway.new_account("5")
    keys = f"/api/organizations/{account.organization}/keys"
    other = gateway.manage("POST", keys, {"name": "other"})
    for key, times, headers in ((account.key, 3, APP), (other["key"], 1, {})):
        for _ in range(times):
            answer = gateway.request("POST", "/v1/chat/completions", key=key, json=body_of("test/chat"), headers=headers)
            assert answer.status == 200
    post_chat(gateway, account, "status=400")
    manager = gateway.manage("POST", keys, {"name": "m", "kind": "management"})["key"]
    return account, other["data"]["hash"], manager


def body_of(model):
    return {"model": model, "messages": [{"role": "user", "content": "Say."}], "user": "sample:tokens=12"}


@pytest.fixture
def ask(gateway, spent):
    def run(**query):
        return gateway.request("POST", QUERY, key=spent[2], json=query)

    return run


def rows(answer):
    assert answer.status == 200, answer.body
    return answer.json()["data"]["data"]


def test_all_metrics_are_the_reports_total(gateway, spent, ask):
    words = gateway.request("GET", META, key=spent[2]).json()["data"]
    [row] = rows(ask(metrics=[metric["name"] for metric in words["metrics"]]))
    total = gateway.manage("GET", f"/api/organizations/{spent[0].organization}/analytics")["total"]
    assert list(row) == [metric["name"] for metric in words["metrics"]]
    assert (row["request_count"], row["error_count"]) == (5, 1) and row["error_rate"] == Decimal("0.2000")
    assert row["tokens_total"] == total["prompt_tokens"] + total["completion_tokens"]
    assert (row["total_usage"], row["credits_usage"]) == (total["usage"], total["charged"])
    assert row["p50_latency"] == total["latency_p50"]


def test_dimensions_have_labels_and_ids(spent, ask):
    account, other, _ = spent
    found = {row["api_key_hash"]: row for row in rows(ask(metrics=["request_count"], dimensions=["api_key_id"]))}
    assert {digest: row["request_count"] for digest, row in found.items()} == {account.hash: 4, other: 1}
    assert {row["api_key_id"] for row in found.values()} == {"test", "other"}
    [row] = rows(ask(metrics=["request_count"], dimensions=["workspace", "user"]))
    assert row["workspace"] == "Default Project" and row["user"] is None


@pytest.mark.parametrize("operator, more, count", [("eq", False, 1), ("neq", False, 4), ("in", True, 1), ("not_in", True, 4)])
def test_filters_name_ids(spent, ask, operator, more, count):
    other = spent[1]
    value = [other, "0" * 64] if more else other
    [row] = rows(ask(metrics=["request_count"], filters=[{"field": "api_key_id", "operator": operator, "value": value}]))
    assert row["request_count"] == count


def test_ids_are_ids_however_they_are_written(gateway, spent, ask):
    account, other, _ = spent
    [project] = gateway.manage("GET", f"/api/organizations/{account.organization}/projects")["data"]
    feed = gateway.manage("GET", f"/api/organizations/{account.organization}/activity?key={other}")["data"]
    [generation] = [one["id"] for one in feed]

    def count(field, operator, value):
        found = rows(ask(metrics=["request_count"], filters=[{"field": field, "operator": operator, "value": value}]))
        return sum(row["request_count"] for row in found)

    for field, value, of_it in (
        ("api_key_id", other.upper(), 1),
        ("workspace", project["id"].upper(), 5),
        ("generation_id", generation.replace("gen-", "req_"), 1),
        ("generation_id", generation.removeprefix("gen-").lower(), 1),
    ):
        assert (count(field, "eq", value), count(field, "neq", value)) == (of_it, 5 - of_it), field
        assert (count(field, "in", [value]), count(field, "not_in", [value])) == (of_it, 5 - of_it), field


def test_what_is_unset_is_included_where_that_is_asked(ask):
    one = {"field": "user", "operator": "in", "value": ["00000000-0000-7000-8000-000000000001"]}
    assert rows(ask(metrics=["request_count"], filters=[one])) == []
    [row] = rows(ask(metrics=["request_count"], filters=[one | {"include_unset": True}]))
    assert row["request_count"] == 5


def counts_by(ask, dimension, **more):
    found = rows(ask(metrics=["request_count"], dimensions=[dimension], **more))
    return {row[dimension]: row["request_count"] for row in found}


def test_dimensions_that_only_requests_have(ask):
    assert counts_by(ask, "app") == {"https://shop.test": 3, None: 2}
    assert counts_by(ask, "origin") == {"https://shop.test": 3, None: 2}
    assert counts_by(ask, "external_user") == {"sample:tokens=12": 4, "sample:status=400": 1}
    assert counts_by(ask, "tag") == {"team-a": 3, "nightly": 3, None: 2}, "a request is in a row of each of its tags"
    assert counts_by(ask, "finish_reason") == {"stop": 4, None: 1}
    assert counts_by(ask, "variant") == {None: 5}
    assert counts_by(ask, "context_length_bucket") == {"0": 5}
    ids = counts_by(ask, "generation_id")
    assert len(ids) == 5 and all(one.startswith("gen-") for one in ids)
    found = rows(ask(metrics=["request_count"], dimensions=["app", "api_key_id"]))
    assert sorted((row["app"] or "", row["api_key_id"], row["request_count"]) for row in found) == [
        ("", "other", 1),
        ("", "test", 1),
        ("https://shop.test", "test", 3),
    ]


def test_the_same_sums_by_rollups_and_by_requests(ask):
    """One more word makes it a sum of the requests themselves."""
    metrics = ["request_count", "tokens_total", "total_usage", "credits_usage", "error_count", "cache_hit_rate"]
    [by_rollups] = rows(ask(metrics=metrics, granularity="day"))
    [by_requests] = rows(ask(metrics=[*metrics, "avg_latency"], granularity="day"))
    assert by_requests.pop("avg_latency") >= 0 and by_requests == by_rollups


def test_throughput_is_tokens_by_time(gateway, spent, ask):
    feed = gateway.manage("GET", f"/api/organizations/{spent[0].organization}/activity")["data"]
    answered = [one for one in feed if one["tokens_completion"] and one["latency"]]
    tokens, time_ms = (sum(one[name] for one in answered) for name in ("tokens_completion", "latency"))
    [row] = rows(ask(metrics=["avg_throughput", "p50_throughput", "p99_throughput", "avg_latency"]))
    assert row["avg_latency"] == pytest.approx(sum(one["latency"] for one in feed) / len(feed), abs=0.5)
    if not answered:  # all within a millisecond: nothing can be said
        assert row["avg_throughput"] is None and row["p50_throughput"] is None
        return
    assert float(row["avg_throughput"]) == pytest.approx(tokens * 1000 / time_ms, abs=0.1)
    assert 0 < row["p50_throughput"] <= row["p99_throughput"]


@pytest.mark.parametrize(
    "field, operator, value, count",
    [
        ("app", "eq", "https://shop.test", 3),
        ("app", "neq", "https://shop.test", 2),
        ("tag", "eq", "nightly", 3),
        ("tag", "in", ["nightly", "team-a"], 3),
        ("tag", "neq", "nightly", 2),
        ("tag", "not_in", ["team-b"], 3),
        ("context_length_bucket", "gt", 0, None),
        ("context_length_bucket", "gte", 0, 5),
        ("context_length_bucket", "lt", 1000, 5),
        ("context_length_bucket", "lte", -1, None),
        ("context_length_bucket", "eq", 0.0, 5),
        ("context_length_bucket", "eq", "0e0", 5),
        ("context_length_bucket", "eq", 0.5, None),
        ("context_length_bucket", "in", [1000, 0.0], 5),
        ("context_length_bucket", "neq", -0.0, None),
        ("context_length_bucket", "gte", 0.5, None),
        ("external_user", "gt", "sample:status=400", 4),
        ("external_user", "lte", "sample:status=400", 1),
        ("model", "gte", "test/", 5),
        ("model", "lt", "test/", None),
    ],
)
def test_filters_of_requests_and_of_order(ask, field, operator, value, count):
    found = rows(ask(metrics=["request_count"], filters=[{"field": field, "operator": operator, "value": value}]))
    assert [row["request_count"] for row in found] == ([] if count is None else [count])


def test_sums_of_requests_say_how_far_back_they_reach(ask):
    old = {"start": "2020-01-01T00:00:00Z", "end": "2099-01-01T00:00:00Z"}
    metrics = ["request_count"]
    assert ask(metrics=metrics, dimensions=["app"]).json()["data"]["warnings"] == []
    [warning] = ask(metrics=metrics, dimensions=["app"], time_range=old).json()["data"]["warnings"]
    assert "90 days" in warning
    assert ask(metrics=metrics, time_range=old).json()["data"]["warnings"] == []


@pytest.mark.parametrize("granularity", ["minute", "hour", "day", "week", "month"])
def test_buckets_begin_where_the_calendar_says(ask, granularity):
    now = datetime.now(UTC)
    time_range = {"start": (now - timedelta(hours=1)).isoformat(), "end": (now + timedelta(minutes=1)).isoformat()}
    found = rows(ask(metrics=["request_count"], granularity=granularity, time_range=time_range))
    begins = [datetime.fromisoformat(row[f"date__{granularity}"]) for row in found]
    assert sum(row["request_count"] for row in found) == 5 and begins == sorted(begins)
    for begin in begins:
        if granularity == "week":
            assert begin.weekday() == 0
        if granularity == "month":
            assert begin.day == 1
        assert begin.replace(tzinfo=UTC) <= now


@pytest.mark.parametrize("granularity", [None, "minute", "hour", "day", "week", "month"])
@pytest.mark.parametrize("dimensions", [None, ["model"], ["generation_id"]])
def test_of_times_to_come_there_is_nothing(ask, granularity, dimensions):
    now = datetime.now(UTC)
    for begin in (now + timedelta(minutes=5), now + timedelta(days=1), now.replace(year=now.year + 4, day=1)):
        time_range = {"start": begin.isoformat(), "end": (begin + timedelta(days=30)).isoformat()}
        answer = ask(metrics=["request_count"], dimensions=dimensions, granularity=granularity, time_range=time_range)
        assert rows(answer) == []
        assert answer.json()["data"]["warnings"] == [] and not answer.json()["data"]["metadata"]["truncated"]


def test_rows_are_sorted_and_bounded(spent, ask):
    by_key = {"metrics": ["request_count"], "dimensions": ["api_key_id"]}

    def counts(**more):
        return [row["request_count"] for row in rows(ask(**by_key, **more))]

    assert counts() == [4, 1]
    assert counts(order_by={"field": "request_count", "direction": "asc"}) == [1, 4]
    answer = ask(**by_key, limit=1)
    assert len(rows(answer)) == 1
    assert answer.json()["data"]["metadata"]["truncated"] and answer.json()["data"]["metadata"]["row_count"] == 1


@pytest.mark.parametrize(
    "wrong, named",
    [
        ({"metrics": []}, "metrics"),
        ({"metrics": ["no_such"]}, "metrics"),
        ({"metrics": ["request_count", "request_count"]}, "metrics"),
        ({"dimensions": ["model", "provider", "user"]}, "dimensions"),
        ({"dimensions": ["galaxy"]}, "dimensions"),
        ({"granularity": "decade"}, "granularity"),
        ({"filters": [{"field": "model", "operator": "like", "value": "x"}]}, "operator"),
        ({"filters": [{"field": "model", "operator": "eq", "value": ["x", "y"]}]}, "value"),
        ({"filters": [{"field": "model", "operator": "gt", "value": ["x", "y"]}]}, "value"),
        ({"filters": [{"field": "model", "operator": "eq"}]}, "value"),
        ({"filters": [{"field": "model", "operator": "eq", "value": {"a": 1}}]}, "value"),
        ({"filters": "model"}, "filters"),
        ({"filters": [{"field": "user", "operator": "neq", "value": "zz"}]}, "filters[0].value"),
        ({"filters": [{"field": "workspace", "operator": "not_in", "value": ["0" * 8, "zz"]}]}, "filters[0].value"),
        ({"filters": [{"field": "api_key_id", "operator": "eq", "value": "zz"}]}, "filters[0].value"),
        ({"filters": [{"field": "api_key_id", "operator": "eq", "value": ""}]}, "filters[0].value"),
        ({"filters": [{"field": "generation_id", "operator": "neq", "value": "gen-zz"}]}, "filters[0].value"),
        ({"filters": [{"field": "git_repository", "operator": "neq", "value": "acme"}]}, "filters[0].value"),
        ({"filters": [{"field": "context_length_bucket", "operator": "eq", "value": "many"}]}, "filters[0].value"),
        ({"filters": [{"field": "context_length_bucket", "operator": "lt", "value": "inf"}]}, "filters[0].value"),
        ({"time_range": {"start": "2026-01-02", "end": "2026-01-01"}}, "end"),
        ({"time_range": {"start": "soon", "end": "2026-01-01"}}, "start"),
        ({"order_by": {"field": "total_usage", "direction": "asc"}}, "field"),
        ({"order_by": {"field": "date", "direction": "up"}}, "direction"),
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"classifier_filters": {}}, "classifier_filters"),
    ],
)
def test_what_is_wrong_is_named(ask, wrong, named):
    answer = ask(**{"metrics": ["request_count"]} | wrong)
    assert answer.status == 400 and f"{named}'" in answer.error["message"]


def test_an_inference_key_asks_nothing(gateway, spent):
    for method, path, body in (("POST", QUERY, {"metrics": ["request_count"]}), ("GET", META, None)):
        assert gateway.request(method, path, key=spent[0].key, json=body).status == 403


def test_another_organization_has_none_of_it(gateway, spent):
    stranger = gateway.new_account(None)
    body = {"name": "m", "kind": "management"}
    key = gateway.manage("POST", f"/api/organizations/{stranger.organization}/keys", body)["key"]
    query = {"metrics": ["request_count"], "filters": [{"field": "api_key_id", "operator": "eq", "value": spent[0].hash}]}
    assert rows(gateway.request("POST", QUERY, key=key, json=query)) == []
