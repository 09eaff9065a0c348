"""Accounts and keys of other gateways, brought in: old keys are taken, with budgets and limits as they stood."""

import datetime
import json
import uuid

import pytest

from support.chat import chat, open_stream
from support.dumps import LITELLM_KEYS, ONE_API_KEYS, copied, digest, litellm_dump, litellm_key, one_api_dump
from support.processes import Gateway, run_gateway


class Importer:
    """A gateway's directory with a dump beside it."""

    def __init__(self, folder, providers, source, text):
        self.gateway = Gateway(folder / "gateway", providers, workers=1)
        self.gateway.init()
        self.source, self.file = source, folder / "dump.sql"
        self.file.write_text(text)

    def run(self, step, *options, code=0):
        done = run_gateway(
            *("import", self.source, f"--{step}", "--dump", self.file, "--data-dir", self.gateway.data_dir),
            *("--json", *options),
        )
        assert done.returncode == code, (done.stdout, done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def organization(self, name):
        found = [one for one in self.gateway.manage("GET", "/api/organizations")["data"] if one["name"] == name]
        assert len(found) == 1, found
        return f"/api/organizations/{found[0]['id']}"

    def ask(self, key):
        return self.gateway.request("POST", "/v1/chat/completions", key=key, json=chat("tokens=1"))


@pytest.fixture
def start(tmp_path, providers):
    made = []

    def begin(source, text):
        made.append(Importer(tmp_path, providers, source, text))
        return made[-1]

    yield begin
    for one in made:
        one.gateway.stop()


@pytest.fixture
def litellm(start):
    in_a_week = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=7)
    return start("litellm", litellm_dump(f"{uuid.uuid4().hex[:8]}.test", in_a_week.strftime("%Y-%m-%d %H:%M:%S")))


ALL_OF_LITELLM = {"users": 2, "organizations": 2, "projects": 2, "members": 3, "keys": 7}
NONE = dict.fromkeys(ALL_OF_LITELLM, 0)


def test_old_keys_are_taken_with_their_budgets_and_limits(litellm):
    assert litellm.run("apply", "--credit", "25")["made"] == ALL_OF_LITELLM
    litellm.gateway.start()
    assert litellm.ask(LITELLM_KEYS["batch"]).status == 200
    web = litellm.gateway.request("GET", "/api/v1/key", key=LITELLM_KEYS["web"]).json()["data"]
    assert (web["hash"], web["name"]) == (digest(LITELLM_KEYS["web"]), "web")
    assert (web["limit"], web["limit_remaining"], web["limit_reset"]) == (10, 7.5, "monthly")
    assert [litellm.ask(LITELLM_KEYS["web"]).status for _ in range(4)] == [200, 200, 200, 429]

    spent = litellm.ask(LITELLM_KEYS["spent"])
    assert (spent.status, spent.error["code"]) == (402, "key_limit_exceeded")
    for name in ("blocked", "pattern"):
        assert litellm.ask(LITELLM_KEYS[name]).status == 401
    assert litellm.ask("sk-litellm-unknown").status == 401

    acme = litellm.organization("Acme & Söhne")
    projects = {one["name"]: one["id"] for one in litellm.gateway.manage("GET", f"{acme}/projects")["data"]}
    assert set(projects) == {"Default Project", "Web", "Batch"} and web["project_id"] == projects["Web"]
    of_team = litellm.gateway.manage("GET", f"{acme}/projects/{projects['Web']}/limits")
    assert of_team["limit"] == 50 and of_team["spent"] > 20 and of_team["limit_remaining"] < 30
    of_all = litellm.gateway.manage("GET", f"{acme}/limits")
    assert (of_all["limit"], of_all["requests_per_minute"]) == (100, 6000) and of_all["spent"] > 40
    members = litellm.gateway.manage("GET", f"{acme}/members")["data"]
    assert {one["name"]: one["role"] for one in members} == {"Ann": "admin", "Bob": "member"}
    bob = [one["user_id"] for one in members if one["name"] == "Bob"]
    assert [web["creator_user_id"]] == bob
    own = litellm.gateway.manage("GET", f"{litellm.organization('LiteLLM')}/members/{bob[0]}/limits")
    assert (own["limit"], own["spent"]) == (5, 1)


def test_models_of_a_key_become_its_rule(litellm):
    litellm.run("apply", "--credit", "1")
    litellm.gateway.start()
    refused = litellm.ask(LITELLM_KEYS["narrow"])
    assert (refused.status, refused.error["code"]) == (403, "key_rule_denied")
    path = f"{litellm.organization('Acme & Söhne')}/keys/{digest(LITELLM_KEYS['narrow'])}"
    assert litellm.gateway.manage("GET", path)["data"]["rules"]["allow_models"] == ["test/scripted", "test/unknown"]
    litellm.gateway.manage("PATCH", path, {"rules": {"allow_models": ["test/chat", "test/unknown"]}})
    assert litellm.ask(LITELLM_KEYS["narrow"]).status == 200


def test_what_was_spent_counts_after_another_start_too(litellm):
    litellm.run("apply", "--credit", "1")
    for _ in range(2):
        litellm.gateway.start()
        assert litellm.ask(LITELLM_KEYS["spent"]).status == 402
        web = litellm.gateway.request("GET", "/api/v1/key", key=LITELLM_KEYS["web"]).json()["data"]
        assert web["limit_remaining"] == 7.5
        assert litellm.gateway.stop() == 0
    verified = run_gateway("ledger", "verify", "--data-dir", litellm.gateway.data_dir)
    assert verified.returncode == 0, verified.stderr


def test_looking_and_planning_change_nothing(litellm):
    found = litellm.run("inspect")
    assert found["found"] == ALL_OF_LITELLM
    assert litellm.run("plan")["made"] == ALL_OF_LITELLM
    assert len(litellm.run("verify", code=1)["differences"]) > 0
    litellm.gateway.start()
    assert litellm.gateway.manage("GET", "/api/organizations")["data"] == []
    assert litellm.ask(LITELLM_KEYS["batch"]).status == 401


def test_a_second_import_changes_nothing(litellm):
    assert litellm.run("apply", "--credit", "25")["credit_granted"] == 50
    assert litellm.run("verify")["differences"] == []
    again = litellm.run("apply", "--credit", "25")
    assert (again["made"], again["there_before"]) == (NONE, ALL_OF_LITELLM)
    assert again["credit_granted"] == 0 and again["problems"] == []
    litellm.gateway.start()
    acme = litellm.organization("Acme & Söhne")
    assert litellm.gateway.manage("GET", f"{acme}/credits")["balance"] == 25
    assert len(litellm.gateway.manage("GET", f"{acme}/keys")["data"]) == 6


def test_what_is_not_carried_over_is_named(litellm):
    report = litellm.run("inspect")
    left = {one["what"]: one["rows"] for one in report["not_carried_over"]}
    assert left["LiteLLM_VerificationToken.permissions"] == 1
    assert left["LiteLLM_TeamTable.metadata"] == 1
    assert left["LiteLLM_SpendLogs"] == 2
    assert left["models of keys, teams and organizations"] == 1
    assert "LiteLLM_VerificationToken.aliases" not in left, "it says nothing"


def test_row_41_two_people_equal_but_for_case_are_reported_and_not_merged(litellm):
    report = litellm.run("apply")
    assert any("u-eve, u-eve2" in warning for warning in report["warnings"])
    litellm.gateway.start()
    assert {one["name"] for one in litellm.gateway.manage("GET", "/api/users")["data"]} == {"Ann", "Bob"}


def test_row_41_a_person_who_is_here_already_is_not_taken_over(litellm):
    domain = litellm.file.read_text().partition("bob@")[2].partition("\t")[0]
    litellm.gateway.start()
    here = litellm.gateway.person(f"bob@{domain}")
    assert litellm.gateway.stop() == 0
    report = litellm.run("apply")
    assert any("u-bob" in problem for problem in report["problems"])
    litellm.gateway.start()
    key = litellm.gateway.request("GET", "/api/v1/key", key=LITELLM_KEYS["web"]).json()["data"]
    assert key["creator_user_id"] is None
    assert litellm.gateway.request("GET", "/api/me", key=here.token).json()["organizations"][1:] == []


def test_row_58_the_audit_names_the_import(litellm):
    litellm.run("apply", "--credit", "25")
    litellm.gateway.start()
    rows = litellm.gateway.manage("GET", f"{litellm.organization('Acme & Söhne')}/audit")["data"]
    assert {(row["actor"], row["via"]) for row in rows} == {("job:import litellm", "job")}
    assert "import.apply" in {row["action"] for row in rows}


def test_row_25_what_was_deleted_here_does_not_come_back(litellm):
    litellm.run("apply")
    litellm.gateway.start()
    acme = litellm.organization("Acme & Söhne")
    litellm.gateway.manage("DELETE", f"{acme}/keys/{digest(LITELLM_KEYS['batch'])}")
    other = litellm.organization("LiteLLM")
    litellm.gateway.manage("DELETE", other, {"confirm": "LiteLLM"})
    assert litellm.gateway.stop() == 0
    assert litellm.run("apply")["made"] == NONE
    litellm.gateway.start()
    for name in ("batch", "personal"):
        assert litellm.ask(LITELLM_KEYS[name]).status == 401


def test_row_19_a_dump_that_lacks_people_and_keys_removes_nobody(litellm):
    litellm.run("apply")
    whole = litellm.file.read_text()
    litellm.file.write_text(whole[: whole.index("COPY public.\"LiteLLM_UserTable")] + copied("LiteLLM_VerificationToken", [litellm_key("web")]))
    assert litellm.run("apply")["made"] == NONE
    litellm.file.write_text(whole)
    assert litellm.run("verify")["differences"] == []


def test_keys_that_could_do_more_here_are_enabled_only_when_that_is_said(litellm):
    litellm.run("apply", "--accept-wider", "--credit", "1")
    litellm.gateway.start()
    assert litellm.ask(LITELLM_KEYS["pattern"]).status == 200
    assert litellm.ask(LITELLM_KEYS["blocked"]).status == 401


def test_a_running_gateway_keeps_its_directory(litellm):
    litellm.gateway.start()
    assert "in use" in litellm.run("apply", code=1) or "lock" in litellm.run("apply", code=1)


def test_what_a_killed_gateway_left_is_its_own_to_settle(litellm, scripted):
    scripted.script = lambda exchange: (exchange.start_stream(), exchange.peer_left())
    gateway = litellm.gateway.start()
    account = gateway.new_account()
    with open_stream(gateway, account, model="test/scripted") as connection:
        connection.read_head()
        gateway.kill()
    assert "requests ran" in litellm.run("apply", code=1)
    gateway.start()
    assert gateway.stop() == 0
    assert litellm.run("apply")["made"] == ALL_OF_LITELLM


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "is no dump of LiteLLM"),
        ('COPY public."LiteLLM_VerificationToken" (token) FROM stdin;\nx', "line 2"),
        ("INSERT INTO tokens (id) VALUES (1);", "is no dump of LiteLLM"),
    ],
)
def test_what_is_no_whole_dump_is_refused(start, text, message):
    assert message in start("litellm", text).run("plan", code=1)


def test_credit_must_be_an_amount(litellm):
    assert "--credit" in litellm.run("plan", "--credit", "much", code=1)


@pytest.fixture
def one_api(start):
    return start("one-api", one_api_dump("Mia@people.test"))


def test_tokens_of_one_api_are_taken_with_quota_and_credit(one_api):
    report = one_api.run("apply")
    assert report["made"] == {"users": 1, "organizations": 0, "projects": 0, "members": 0, "keys": 3}
    assert report["credit_granted"] == 2
    assert one_api.run("apply")["credit_granted"] == 0
    one_api.gateway.start()
    web = one_api.gateway.request("GET", "/api/v1/key", key=f"sk-{ONE_API_KEYS['web']}").json()["data"]
    assert (web["limit"], web["limit_remaining"], web["limit_reset"]) == (1, 0.5, None)
    assert one_api.ask(f"sk-{ONE_API_KEYS['free']}").status == 200
    assert one_api.ask(f"sk-{ONE_API_KEYS['spent']}").error["code"] == "key_limit_exceeded"
    [mia] = one_api.gateway.manage("GET", "/api/users")["data"]
    assert (mia["email"], mia["name"], mia["email_verified"]) == ("mia@people.test", "Mia's", False)
    assert web["organization_id"] == mia["personal_organization_id"]


SEALED, PLAIN = "q1zSx0KfSxY8T3nJ0vJ3J4h6wq2JgkXx4lZr", "sk-plain-0123456789abcdef"


def litellm_with_secrets():
    """Some are sealed by a salt that no dump has; rows of early versions are plain."""
    return (
        litellm_dump("people.test", "2099-01-01 00:00:00")
        + copied("LiteLLM_CredentialsTable", [
            {"credential_id": name, "credential_name": name, "credential_values": json.dumps({"api_key": secret})}
            for name, secret in (("sealed", SEALED), ("plain", PLAIN))
        ])
        + copied("LiteLLM_ProxyModelTable", [
            {"model_id": name, "model_name": name, "litellm_params": json.dumps({"model": "x", "api_key": secret})}
            for name, secret in (("sealed", SEALED), ("plain", PLAIN))
        ])
    )  # fmt: skip


@pytest.mark.parametrize(
    "source, text, left",
    [
        ("litellm", litellm_with_secrets(), {"LiteLLM_CredentialsTable": 2, "LiteLLM_ProxyModelTable": 2}),
        ("one-api", one_api_dump("mia@people.test").replace("sk-upstream", PLAIN), {"channels": 1}),
    ],
)
def test_row_67_secrets_of_providers_stay_behind_sealed_or_plain(start, source, text, left):
    brought = start(source, text)
    assert PLAIN in text
    report = brought.run("apply")
    assert left.items() <= {one["what"]: one["rows"] for one in report["not_carried_over"]}.items()
    kept = [file.read_bytes() for file in brought.gateway.data_dir.rglob("*") if file.is_file()]
    for secret in (SEALED, PLAIN):
        assert secret not in json.dumps(report) and not any(secret.encode() in bytes for bytes in kept)
    brought.gateway.start()
    for one in brought.gateway.manage("GET", "/api/organizations")["data"]:
        assert brought.gateway.manage("GET", f"/api/organizations/{one['id']}/provider-keys")["data"] == []


def test_no_key_is_stored_as_it_is(one_api):
    one_api.run("apply")
    kept = b"".join(file.read_bytes() for file in one_api.gateway.data_dir.rglob("*") if file.is_file())
    for text in ONE_API_KEYS.values():
        assert text.encode() not in kept
