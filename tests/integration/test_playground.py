"""The chat of the pages: a session calls a model for a project or key that its person chooses."""

import pytest

from support.browser import COOKIE, signed_in
from support.master_key import secrets_of
from support.people import new_team, refusal_of

CHAT = {"model": "test/chat", "messages": [{"role": "user", "content": "Say something."}]}
NO_ID = "0191e0c8-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    from support.processes import Gateway

    directory = tmp_path_factory.mktemp("playground")
    running = Gateway(
        directory, providers, workers=2, secrets=secrets_of(directory), trusted_proxies=["127.0.0.1/32"]
    )
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def team(gateway):
    made = new_team(gateway)
    gateway.manage("POST", f"{made.path}/credits", {"amount": 5})
    return made


@pytest.fixture
def browser(gateway, team):
    return signed_in(gateway, team.member)


def chat(browser, team, query="", **fields):
    return browser.ask("POST", f"{team.path}/playground/chat/completions{query}", CHAT | fields)


def record(gateway, team, answer):
    path = f"{team.path}/activity?limit=1000"
    wanted = answer.header("x-generation-id")
    found = []

    def look():
        found[:] = [one for one in gateway.manage("GET", path)["data"] if wanted in one.values()]
        return bool(found)

    from support.waiting import eventually

    eventually(look, within_s=15)
    return found[0]


def test_row_80_a_session_chats_and_the_organization_of_the_path_pays(gateway, team, browser):
    answer = chat(browser, team)
    assert answer.status == 200, answer.body
    assert answer.json()["choices"][0]["message"]["content"]
    assert answer.header("x-tollgate-organization") == team.organization
    assert gateway.manage("GET", f"{team.path}/credits")["balance"] < 5
    current = gateway.manage("GET", f"/api/organizations/{team.member.organization}/credits")
    assert current["total_usage"] == 0, "nor does the person's current one"


def test_it_streams(gateway, team, browser):
    answer = chat(browser, team, stream=True)
    assert answer.status == 200 and answer.header("content-type").startswith("text/event-stream")
    assert answer.text.rstrip().endswith("data: [DONE]")


def test_row_80_a_chosen_key_s_rights_limits_and_label_hold(gateway, team, browser):
    secret, digest = team.new_key(team.member, limit=0)
    assert chat(browser, team, f"?key={digest}").error["code"] == "key_limit_exceeded"
    assert chat(browser, team).status == 200, "which are not the person's"
    secret, digest = team.new_key(team.member)
    answer = chat(browser, team, f"?key={digest}")
    assert answer.status == 200, answer.body
    spent = team.may(team.member, "GET", f"/keys/{digest}")["data"]["usage"]
    assert spent > 0
    assert digest in str(record(gateway, team, answer))
    assert chat(browser, team, f"?key={secret}").status == 404, "a secret is no name of a key"


def test_row_80_of_others_keys_a_member_has_none_and_an_admin_all(gateway, team, browser):
    _, digest = team.new_key(team.owner)
    assert refusal_of(chat(browser, team, f"?key={digest}"))[0] == 404
    assert chat(signed_in(gateway, team.admin), team, f"?key={digest}").status == 200
    other = new_team(gateway)
    _, foreign = other.new_key(other.owner)
    assert chat(signed_in(gateway, team.admin), team, f"?key={foreign}").status == 404


@pytest.mark.parametrize(
    "make,reason",
    [
        (lambda team: team.new_key(team.member), "key_disabled"),
        (lambda team: team.new_key(team.admin, kind="management"), "key_calls_no_models"),
    ],
)
def test_row_80_a_key_that_cannot_be_used_is_refused_in_words(gateway, team, make, reason):
    _, digest = make(team)
    if reason == "key_disabled":
        team.may(team.member, "PATCH", f"/keys/{digest}", {"disabled": True})
    answer = chat(signed_in(gateway, team.admin), team, f"?key={digest}")
    assert refusal_of(answer) == (403, reason)


def test_row_80_a_chosen_project_s_limits_hold(gateway, team, browser):
    project = team.may(team.admin, "POST", "/projects", {"name": "small"})["id"]
    team.may(team.admin, "PUT", f"/projects/{project}/limits", {"limit": 0})
    assert chat(browser, team, f"?project={project}").error["code"] == "budget_exceeded"
    assert chat(browser, team).status == 200
    team.may(team.admin, "PATCH", f"/projects/{project}", {"archived": True})
    assert refusal_of(chat(browser, team, f"?project={project}")) == (403, "project_archived")
    assert chat(browser, team, f"?project={NO_ID}").status == 404
    other = new_team(gateway)
    foreign = other.may(other.admin, "POST", "/projects", {"name": "foreign"})["id"]
    assert chat(browser, team, f"?project={foreign}").status == 404


def test_row_80_the_member_s_own_budget_holds(gateway, team, browser):
    team.may(team.admin, "PUT", f"/members/{team.member.id}/limits", {"limit": 0})
    assert chat(browser, team).error["code"] == "budget_exceeded"


@pytest.mark.parametrize("query", ["?key=x&project=y", "?other=1", "?key=a&key=b", "?key="])
def test_a_choice_that_is_none_is_400(gateway, team, browser, query):
    assert chat(browser, team, query).status == 400


def test_nobody_but_an_active_member_chats(gateway, team, browser):
    assert chat(signed_in(gateway, gateway.person()), team).status == 404
    assert browser.ask("POST", f"/api/organizations/{NO_ID}/playground/chat/completions", CHAT).status == 404
    assert browser.ask("POST", "/api/organizations/x/playground/chat/completions", CHAT).status == 404
    gateway.manage("PATCH", f"{team.path}/members/{team.member.id}", {"status": "suspended"})
    assert refusal_of(chat(browser, team)) == (403, "member_suspended")
    gateway.manage("PATCH", f"{team.path}/members/{team.member.id}", {"status": "active"})
    gateway.manage("PATCH", team.path, {"status": "suspended"})
    assert refusal_of(chat(browser, team)) == (403, "organization_suspended")


def test_no_key_and_nobody_calls_it(gateway, team, browser):
    path = f"{team.path}/playground/chat/completions"
    key, _ = team.new_key(team.member)
    for one in (key, team.member.token, gateway.root_key):
        assert gateway.request("POST", path, key=one, json=CHAT).status == 403
    assert gateway.request("POST", path, json=CHAT).status == 401
    ended = {"Cookie": f"{COOKIE}=tg-session-nonsense", "Sec-Fetch-Site": "same-origin"}
    assert gateway.request("POST", path, json=CHAT, headers=ended).error["code"] == "session_ended"


def test_row_82_no_other_site_s_page_spends_a_visitor_s_credit(gateway, team, browser):
    path = f"{team.path}/playground/chat/completions"
    answer = browser.ask("POST", path, CHAT, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answer.error["code"]) == (403, "cross_site")
    assert gateway.manage("GET", f"{team.path}/credits")["balance"] == 5


def test_another_organization_in_the_head_is_a_contradiction(gateway, team, browser):
    answer = browser.ask(
        "POST",
        f"{team.path}/playground/chat/completions",
        CHAT,
        headers={"Sec-Fetch-Site": "same-origin", "X-Org-Id": NO_ID},
    )
    assert answer.status == 400
