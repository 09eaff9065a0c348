"""Tags of requests: given by header or body, kept with the request, and what usage is told apart by."""

import csv
import io
from decimal import Decimal

import pytest

from support.chat import post_chat
from support.live_tail import Tail


def tagged(gateway, account, tags, words="tokens=1", **fields):
    answer = post_chat(gateway, account, words, headers={"X-Tollgate-Tags": tags}, **fields)
    assert answer.status == 200, answer.body
    return answer.header("x-generation-id")


def usage(gateway, account, what):
    path = f"/api/organizations/{account.organization}/{what}"
    answer = gateway.request("GET", path, key=gateway.root_key)
    assert answer.status == 200, answer.body
    return answer


def tags_of(gateway, account):
    return [row["tags"] for row in usage(gateway, account, "activity").json()["data"]]


def test_a_tag_is_in_the_record_everywhere_the_record_is_shown(gateway, account):
    made = tagged(gateway, account, "team=search, env=prod")
    assert tags_of(gateway, account) == ["env=prod,team=search"]
    (row,) = csv.DictReader(io.StringIO(usage(gateway, account, "activity?format=csv").text))
    assert row["tags"] == "env=prod,team=search"
    answer = gateway.request("GET", f"/api/v1/generation?id={made}", key=account.key)
    assert answer.json()["data"]["tags"] == "env=prod,team=search"


def test_litellms_way_is_understood_and_not_sent_upstream(gateway, account, sample):
    post_chat(gateway, account, metadata={"tags": ["team=search", "nightly"], "trace_id": "t-1"})
    assert tags_of(gateway, account) == ["nightly,team=search"]
    [request] = sample.last_requests(1)
    assert "metadata" not in request["body"] and "nightly" not in request["body"]


def test_metadata_of_openai_is_the_providers(gateway, account, sample):
    post_chat(gateway, account, metadata={"tags": "a,b", "team": "search"})
    assert tags_of(gateway, account) == [None]
    [request] = sample.last_requests(1)
    assert '"team"' in request["body"]


def test_the_header_is_not_sent_upstream_and_adds_to_the_bodys(gateway, account, sample):
    tagged(gateway, account, "env=prod", metadata={"tags": ["env=prod", "team=search"]})
    assert tags_of(gateway, account) == ["env=prod,team=search"]
    [request] = sample.last_requests(1)
    assert "x-tollgate-tags" not in request["head"].lower()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"headers": {"X-Tollgate-Tags": "x" * 65}}, "X-Tollgate-Tags"),
        ({"headers": {"X-Tollgate-Tags": ",".join(str(n) for n in range(11))}}, "X-Tollgate-Tags"),
        ({"metadata": {"tags": ["a,b"]}}, "metadata.tags"),
        ({"metadata": {"tags": [5]}}, "metadata.tags"),
        ({"metadata": {"tags": [""]}}, "metadata.tags"),
    ],
    ids=["long", "many", "comma", "number", "empty"],
)
def test_a_wrong_tag_is_refused_by_name_and_costs_nothing(gateway, account, sample, given, named):
    before = sample.requests_total()
    answer = post_chat(gateway, account, **given)
    assert answer.status == 400 and answer.error["param"] == named and "tag" in answer.error["message"]
    assert sample.requests_total() == before
    assert tags_of(gateway, account) == []


def test_a_filter_admits_those_that_have_the_tag(gateway, account):
    wanted = {tagged(gateway, account, "team=search,env=prod"), tagged(gateway, account, "team=search")}
    tagged(gateway, account, "team=searching")
    post_chat(gateway, account, "tokens=1")
    rows = usage(gateway, account, "activity?tag=team%3Dsearch").json()["data"]
    assert {row["id"] for row in rows} == wanted
    total = usage(gateway, account, "analytics?tag=team%3Dsearch").json()["total"]
    assert total["requests"] == 2


def test_usage_is_told_apart_by_tag(gateway, account):
    for tags, words in (("team=a,env=prod", "tokens=5"), ("team=a", "tokens=3"), ("team=b,env=prod", "tokens=2")):
        tagged(gateway, account, tags, words)
    post_chat(gateway, account, "tokens=7")
    report = usage(gateway, account, "analytics?group_by=tag").json()
    by_tag = {row["tag"]: (row["requests"], row["completion_tokens"]) for row in report["data"]}
    assert by_tag == {"team=a": (2, 8), "team=b": (1, 2), "env=prod": (2, 7), None: (1, 7)}
    assert report["total"]["requests"] == 4 and report["total"]["completion_tokens"] == 17
    top = usage(gateway, account, "analytics?group_by=tag&top=1").json()
    assert [row["tag"] for row in top["data"]] == [max(report["data"], key=lambda row: row["usage"])["tag"]]
    others = [row for row in report["data"] if row["tag"] != top["data"][0]["tag"]]
    assert Decimal(str(top["other"][0]["usage"])) == sum(Decimal(str(row["usage"])) for row in others)


def test_tags_are_told_apart_within_other_groups(gateway, account):
    for user, tags in (("ann", "a,b"), ("bob", "a")):
        tagged(gateway, account, tags, user=user)
    rows = usage(gateway, account, "analytics?group_by=user,tag,model").json()["data"]
    found = {(row["external_user"], row["tag"], row["model"]) for row in rows}
    assert found == {("ann", "a", "test/chat"), ("ann", "b", "test/chat"), ("bob", "a", "test/chat")}


def test_a_menu_has_the_tags_of_a_name(gateway, account):
    for tags in ("team=a,env=prod", "team=a", "team=b"):
        tagged(gateway, account, tags)
    values = usage(gateway, account, "activity/values?field=tag&prefix=team%3D").json()["data"]
    assert [(one["value"], one["requests"]) for one in values] == [("team=a", 2), ("team=b", 1)]


def test_the_live_tail_takes_the_filter(gateway, account):
    tail = Tail(gateway, gateway.root_key, account.organization, "?tag=nightly")
    tagged(gateway, account, "daily")
    wanted = tagged(gateway, account, "nightly,daily")
    [(_, request)] = tail.events(1)
    assert (request["id"], request["tags"]) == (wanted, "daily,nightly")
    tail.close()
