"""Claims of Git organizations: who administers one at GitHub or GitLab claims it, once."""

import threading

import pytest

from support.chat import chat
from support.git_hosts import DEVELOPER, MAINTAINER, MINIMAL, OWNER, GithubAccount, GitlabAccount
from support.people import new_team, refusal_of

ADMIN = ("admin", "active")


@pytest.fixture
def team(claiming, hosts):
    """Of the gateway that asks the hosts."""
    hosts.github = {"ghp_admin": GithubAccount({"Acme": ADMIN, "other": ("member", "active")})}
    hosts.gitlab = {"glpat_owner": GitlabAccount(7, {"Acme": OWNER})}
    hosts.groups, hosts.renamed, hosts.script = ["Acme", "Acme/team", "Acme/team/sub", "apart"], {}, None
    hosts.calls.clear()
    return new_team(claiming)


def body_of(path, provider="github", token=None, **more):
    token = token or ("ghp_admin" if provider == "github" else "glpat_owner")
    return {"provider": provider, "git_organization": path, "token": token} | more


def claim(team, path, provider="github", **more):
    return team.may(team.owner, "POST", "/git-claims", body_of(path, provider, **more))


def try_claim(team, path, provider="github", **more):
    return team.ask(team.owner, "POST", "/git-claims", body_of(path, provider, **more))


def release(team, made):
    assert team.may(team.owner, "DELETE", f"/git-claims/{made['id']}") == {"deleted": True}


def test_an_owner_claims_lists_shows_and_releases(team):
    made = claim(team, "acme")
    assert {name: made[name] for name in ("organization_id", "provider", "host", "git_organization", "method")} == {
        "organization_id": team.organization,
        "provider": "github",
        "host": "github.com",
        "git_organization": "acme",
        "method": "token",
    }
    assert (made["claimed_by"], made["outsiders"]) == (team.owner.id, "fallback") and made["verified_at"]
    assert team.may(team.owner, "GET", "/git-claims")["data"] == [made]
    assert team.may(team.owner, "GET", f"/git-claims/{made['id']}") == made
    changed = team.may(team.owner, "PATCH", f"/git-claims/{made['id']}", {"outsiders": "reject"})
    assert changed == made | {"outsiders": "reject", "version": 2}
    release(team, made)
    assert team.may(team.owner, "GET", "/git-claims")["data"] == []
    for method in ("GET", "DELETE"):
        assert team.ask(team.owner, method, f"/git-claims/{made['id']}").status == 404


@pytest.mark.parametrize("person", ["admin", "member"])
def test_nobody_but_owners_has_to_do_with_claims(team, person):
    made = claim(team, "acme")
    who = getattr(team, person)
    for method, path, body in (
        ("GET", "/git-claims", None),
        ("POST", "/git-claims", body_of("acme")),
        ("POST", "/git-claims/candidates", {"provider": "github", "token": "ghp_admin"}),
        ("GET", f"/git-claims/{made['id']}", None),
        ("PATCH", f"/git-claims/{made['id']}", {"outsiders": "reject"}),
        ("DELETE", f"/git-claims/{made['id']}", None),
    ):
        assert team.ask(who, method, path, body).status == 403, (method, path)
    release(team, made)


def test_a_git_organization_is_claimed_once_by_whomever(team):
    made = claim(team, "acme")
    other = new_team(team.gateway)
    for one in (team, other):
        assert refusal_of(try_claim(one, "acme")) == (409, "already_claimed")
    at_another_host = claim(other, "acme", host="github.example.com")
    release(team, made)
    taken_over = claim(other, "acme")
    for one in (at_another_host, taken_over):
        release(other, one)


def test_a_deleted_organization_claims_nothing(team):
    claim(team, "acme")
    team.may(team.owner, "DELETE", "", {"confirm": "Team"})
    other = new_team(team.gateway)
    release(other, claim(other, "acme"))


SPELLINGS = ["acme", "ACME", " Acme ", "/acme/", "acme/", "acme.git"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_row_40_spellings_of_one_name_are_one_claim(team, spelling):
    made = claim(team, spelling, host="GITHUB.com.:443")
    assert (made["host"], made["git_organization"]) == ("github.com", "acme")
    for other in SPELLINGS:
        assert refusal_of(try_claim(team, other)) == (409, "already_claimed")
    release(team, made)


def test_row_41_what_was_given_in_mixed_case_is_one_after_a_restart_too(start_gateway):
    gateway = start_gateway()
    team, other = new_team(gateway), new_team(gateway)
    claim = {"provider": "gitlab", "git_organization": "ACME/Team", "host": "GitLab.COM"}
    gateway.manage("POST", f"{team.path}/git-claims", claim)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    ann = gateway.person("Ann.Lee@People.Test", organization=team.organization)
    gateway.kill()
    gateway.start()
    again = {"provider": "gitlab", "git_organization": "acme/TEAM"}
    answer = gateway.request("POST", f"{other.path}/git-claims", key=gateway.root_key, json=again)
    assert refusal_of(answer) == (409, "already_claimed")
    person = {"email": "ann.LEE@people.test", "name": "Another Ann"}
    answer = gateway.request("POST", "/api/users", key=gateway.root_key, json=person)
    assert refusal_of(answer) == (409, "email_taken")
    about = {"X-Git-Provider": "gitlab", "X-Git-Repository": "Acme/team/Shop"}
    answer = gateway.request("POST", "/v1/chat/completions", key=ann.token, json=chat(), headers=about)
    assert (answer.status, answer.header("x-tollgate-organization")) == (200, team.organization)


def test_spellings_of_a_host_of_ones_own(team):
    made = claim(team, "acme/team", "gitlab", host="GIT.example.com.")
    assert made["host"] == "git.example.com"
    assert refusal_of(try_claim(team, "ACME/Team", "gitlab", host="git.example.com:443")) == (409, "already_claimed")
    release(team, made)


@pytest.mark.parametrize("path", ["acme", "acme/team", "acme/team/sub"])
def test_row_42_an_owner_of_a_group_claims_it_and_those_below(team, path):
    release(team, claim(team, path, "gitlab"))


def test_row_42_an_owner_by_an_invited_group_is_an_owner(team, hosts):
    """members/all says so, whichever way."""
    hosts.gitlab["glpat_owner"].levels = {"apart": OWNER}
    release(team, claim(team, "apart", "gitlab"))
    assert any("/members/all/7" in path for path, _ in hosts.calls)


@pytest.mark.parametrize(
    "membership, found",
    [
        (("member", "active"), "member"),
        (("billing_manager", "active"), "billing_manager"),
        (("admin", "pending"), "not accepted"),
        (("member", "pending"), "not accepted"),
    ],
)
def test_row_43_less_than_an_active_admin_claims_nothing_at_github(team, hosts, membership, found):
    hosts.github["ghp_admin"].memberships["Acme"] = membership
    answer = try_claim(team, "acme")
    assert refusal_of(answer) == (403, "git_not_admin") and found in answer.error["message"]
    assert team.may(team.owner, "GET", "/git-claims")["data"] == []


@pytest.mark.parametrize("level, found", [(MAINTAINER, "Maintainer"), (DEVELOPER, "Developer"), (MINIMAL, "Minimal")])
def test_row_43_less_than_an_owner_claims_nothing_at_gitlab(team, hosts, level, found):
    hosts.gitlab["glpat_owner"].levels = {"Acme": level}
    answer = try_claim(team, "acme", "gitlab")
    assert refusal_of(answer) == (403, "git_not_admin") and found in answer.error["message"]


def test_a_blocked_account_claims_nothing(team, hosts):
    hosts.gitlab["glpat_owner"].state = "blocked"
    assert refusal_of(try_claim(team, "acme", "gitlab")) == (403, "git_not_admin")


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_row_43_an_outsider_a_public_member_and_a_stranger_claim_nothing(team, provider):
    for path in ("unknown", "nobodys"):
        assert refusal_of(try_claim(team, path, provider)) == (403, "git_not_member")


def test_row_43_a_token_without_the_scope_is_told_which(team, hosts):
    hosts.github["ghp_admin"].scopes = "repo, gist"
    hosts.gitlab["glpat_owner"].scope = False
    for provider, words in (("github", ["read:org", "repo, gist"]), ("gitlab", ["read_api"])):
        for answer in (
            try_claim(team, "acme", provider),
            team.ask(
                team.owner, "POST", "/git-claims/candidates", {"provider": provider, "token": body_of("a", provider)["token"]}
            ),
        ):
            assert refusal_of(answer) == (403, "git_scope_missing")
            assert all(word in answer.error["message"] for word in words)


def test_row_43_an_organization_behind_single_sign_on_is_told_in_words(team, hosts):
    hosts.github["ghp_admin"].behind_sso = {"Acme"}
    answer = try_claim(team, "acme")
    assert refusal_of(answer) == (403, "git_sso_required") and "SAML" in answer.error["message"]
    listed = team.may(team.owner, "POST", "/git-claims/candidates", {"provider": "github", "token": "ghp_admin"})
    assert listed == {"data": [], "partial": True}


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_token_that_is_none_is_refused(team, provider):
    assert refusal_of(try_claim(team, "acme", provider, token="gone")) == (403, "git_token_invalid")


def test_an_earlier_name_of_another_organization_is_refused(team, hosts):
    hosts.renamed = {"former": "acme"}
    for provider in ("github", "gitlab"):
        assert refusal_of(try_claim(team, "former", provider)) == (403, "git_not_member")


def test_row_42_candidates_are_those_that_the_account_administers_on_all_pages(team, hosts):
    hosts.github["ghp_admin"].memberships |= {f"org-{i:03}": ADMIN for i in range(205)}
    hosts.groups = [f"Group-{i:03}" for i in range(101)] + ["apart"]
    hosts.gitlab["glpat_owner"].levels = {group: OWNER for group in hosts.groups} | {"apart": MAINTAINER}
    made = claim(team, "acme")
    for provider, count in (("github", 206), ("gitlab", 101)):
        body = {"provider": provider, "token": body_of("a", provider)["token"]}
        listed = team.may(team.owner, "POST", "/git-claims/candidates", body)
        names = [one["git_organization"] for one in listed["data"]]
        assert len(names) == count and names == sorted(names) and not listed["partial"]
        assert "other" not in names and "apart" not in names
    seen = {one["git_organization"]: one["claimed_by"] for one in team.may(
        team.owner, "POST", "/git-claims/candidates", {"provider": "github", "token": "ghp_admin"})["data"]}
    assert (seen["acme"], seen["org-000"]) == ("this_organization", None)
    other = new_team(team.gateway)
    theirs = other.may(other.owner, "POST", "/git-claims/candidates", {"provider": "github", "token": "ghp_admin"})
    assert {one["git_organization"]: one["claimed_by"] for one in theirs["data"]}["acme"] == "another_organization"
    release(team, made)


@pytest.mark.parametrize(
    "change",
    [
        {"provider": "bitbucket"},
        {"provider": None},
        {"git_organization": ""},
        {"git_organization": "acme/team"},
        {"git_organization": "https://github.com/acme"},
        {"git_organization": "../acme"},
        {"host": "unknown.example.com"},
        {"host": "git.example.com"},
        {"host": "github.com/acme"},
        {"token": ""},
        {"token": "two words"},
        {"token": "line\nbreak"},
        {"token": "x" * 1025},
        {"outsiders": "maybe"},
    ],
)
def test_a_wrong_field_is_named_and_nobody_is_asked(team, hosts, change):
    answer = team.ask(team.owner, "POST", "/git-claims", body_of("acme") | change)
    assert answer.status == 400 and answer.error["param"] in change, answer.body
    assert hosts.calls == []


def test_the_operator_claims_without_a_token(team, hosts):
    body = {"provider": "gitlab", "git_organization": "apart", "host": "unknown.example.com"}
    made = team.gateway.manage("POST", f"{team.path}/git-claims", body)
    assert (made["method"], made["claimed_by"]) == ("operator", None)
    assert hosts.calls == []
    refused = team.ask(team.owner, "POST", "/git-claims", {"provider": "github", "git_organization": "acme"})
    assert refused.status == 400 and refused.error["param"] == "token"
    release(team, made)


def test_a_repeated_call_asks_nobody_and_claims_once(team, hosts):
    headers = {"Idempotency-Key": "once"}
    first = team.ask(team.owner, "POST", "/git-claims", body_of("acme"), headers=headers)
    asked = len(hosts.calls)
    del hosts.github["ghp_admin"]  # a one-time token
    again = team.ask(team.owner, "POST", "/git-claims", body_of("acme"), headers=headers)
    assert (first.status, again.status) == (201, 201) and first.json() == again.json()
    assert len(hosts.calls) == asked
    release(team, first.json())


def test_two_who_claim_at_once_claim_once(team):
    teams = [team] + [new_team(team.gateway) for _ in range(7)]
    answers = []
    threads = [threading.Thread(target=lambda one=one: answers.append(try_claim(one, "acme"))) for one in teams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    [made] = [answer.json() for answer in answers if answer.status == 201]
    team.gateway.manage("DELETE", f"/api/organizations/{made['organization_id']}/git-claims/{made['id']}")


@pytest.mark.parametrize(
    "script, status",
    [
        (lambda ask: ask.reply(302, b"", {"Location": "http://127.0.0.1:1/user"}), 502),
        (lambda ask: ask.reply(500, b"oops"), 502),
        (lambda ask: ask.reply(200, b"no JSON"), 502),
        (lambda ask: ask.reply(200, b"[" * 1000), 502),
        (lambda ask: ask.reply(200, b"x" * (5 << 20)), 502),
        (lambda ask: ask.reply(429, b"{}"), 503),
        (lambda ask: ask.reply(403, b"{}", {"X-RateLimit-Remaining": "0"}), 503),
        (lambda ask: ask.connection.shutdown(2), 502),
        (lambda ask: threading.Event().wait(4), 504),
    ],
)
def test_a_provider_that_gives_no_answer_claims_nothing(team, hosts, script, status):
    hosts.script = script
    answer = try_claim(team, "acme")
    assert answer.status == status, answer.body
    assert team.may(team.owner, "GET", "/git-claims")["data"] == []
    assert len(hosts.calls) == 1


def test_a_slow_provider_keeps_no_other_change_waiting(team, hosts):
    hosts.script = lambda ask: threading.Event().wait(4)
    with team.gateway.connect() as connection:
        connection.send(
            team.gateway.bytes_of("POST", f"{team.path}/git-claims", key=team.owner.token, json=body_of("acme"))
        )
        assert team.may(team.owner, "POST", "/projects", {"name": "meanwhile"})["name"] == "meanwhile"
        assert connection.read_answer().status == 504


def test_the_token_is_sent_to_the_provider_and_kept_nowhere(team, hosts):
    secret = "ghp_" + "s3cr3t" * 6
    hosts.github[secret] = GithubAccount({"Acme": ADMIN})
    made = claim(team, "acme", token=secret)
    assert {authorization for _, authorization in hosts.calls} == {f"Bearer {secret}"}
    assert secret not in team.ask(team.owner, "GET", "/audit").text
    refused = try_claim(team, "nobodys", token=secret)
    assert secret not in refused.text
    release(team, made)
    gateway = team.gateway
    for file in [gateway.access_log, gateway.log_file, *(one for one in gateway.data_dir.rglob("*") if one.is_file())]:
        assert secret.encode() not in file.read_bytes(), file


def test_claims_are_audited_with_who_made_them(team):
    made = claim(team, "acme")
    release(team, made)
    entries = team.may(team.owner, "GET", "/audit")["data"]
    by_action = {one["action"]: one for one in entries if one["action"].startswith("git_claim.")}
    assert set(by_action) == {"git_claim.create", "git_claim.release"}
    for one in by_action.values():
        assert one["actor"] == f"user:{team.owner.id}" and one["target"] == f"git_claim/{made['id']}"
