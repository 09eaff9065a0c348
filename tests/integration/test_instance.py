"""What the operator sees of the instance: how it is, its providers, and the configuration in force without a secret."""

import re
from datetime import UTC, datetime

import pytest
import yaml

from support.browser import signed_in
from support.chat import open_stream, post_chat, stream_chat
from support.http_client import RawConnection, request_bytes
from support.master_key import secrets_of
from support.people import new_team
from support.processes import provider, run_gateway
from support.reloading import reload
from support.waiting import eventually

PATHS = ["/api/instance", "/api/instance/providers", "/api/instance/configuration"]
# Each is in the configuration of one test, and must be in no answer.
CANARY = "canary-5f1d9c"


def instance(gateway):
    return gateway.manage("GET", "/api/instance")


def provider_of(gateway, name):
    [found] = [one for one in gateway.manage("GET", "/api/instance/providers")["data"] if one["name"] == name]
    return found


def options(gateway):
    return {one["name"]: one for one in gateway.manage("GET", "/api/instance/configuration")["options"]}


def change_config(gateway, change):
    content = yaml.safe_load(gateway.config_file.read_text())
    change(content)
    gateway.config_file.write_text(yaml.safe_dump(content))


# --- who may


@pytest.mark.parametrize("path", PATHS)
def test_nobody_but_the_operator_sees_it(start_gateway, tmp_path, path):
    gateway = start_gateway(secrets=secrets_of(tmp_path), trusted_proxies=["127.0.0.1/32"])
    team = new_team(gateway)
    keys = [
        gateway.manage("POST", f"{team.path}/keys", {"name": kind, "kind": kind})["key"]
        for kind in ("inference", "management")
    ]
    for key in [*keys, team.owner.token]:
        answer = gateway.request("GET", path, key=key)
        assert (answer.status, answer.error["code"]) == (403, "permission_denied")
    assert gateway.request("GET", path).status == 401
    browser = signed_in(gateway, team.owner)
    assert browser.ask("GET", path, headers={"X-Tollgate-As": "operator"}).status == 403
    gateway.manage("PATCH", f"/api/users/{team.owner.id}", {"is_operator": True})
    assert browser.ask("GET", path).status == 200
    assert gateway.request("GET", path, key=team.owner.token).status == 403, "a token is a person's"


# --- how it is


def test_what_runs_and_where(start_gateway):
    began = datetime.now(UTC)
    gateway = start_gateway(workers=2)
    shown = instance(gateway)
    assert shown["version"] == gateway.manage("GET", "/api/version")["version"]
    assert shown["commit"] is None or re.fullmatch("[0-9a-f]{12}", shown["commit"])
    assert "lang" in shown["compiler"] or "GCC" in shown["compiler"]
    assert began.timestamp() - 1 <= datetime.fromisoformat(shown["started_at"]).timestamp() <= datetime.now(UTC).timestamp()
    assert shown["data_url"] == gateway.base_url
    assert shown["operations_url"] == f"http://{gateway.operations[0]}:{gateway.operations[1]}"
    assert (shown["ready"], shown["reasons"], shown["public_url"]) == (True, [], None)
    assert shown["load"]["workers"] == 2 and shown["load"]["slots_in_use"] == 0
    disk = shown["data_directory"]
    assert disk["path"] == str(gateway.data_dir)
    files = sum(one.stat().st_size for one in (gateway.data_dir / "rocksdb").rglob("*") if one.is_file())
    assert 0.5 * files <= disk["store_bytes"] <= 2 * files
    assert 0 < disk["free_bytes"] <= disk["total_bytes"]


def test_the_ledger_s_place_follows_the_journal(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    before = instance(gateway)["ledger"]
    assert before["last_block"] >= 1, "the grant"
    for _ in range(3):
        assert post_chat(gateway, account).status == 200
    after = eventually(lambda: (now := instance(gateway)["ledger"])["last_block"] > before["last_block"] and now)
    assert after["committed_at"] >= before["committed_at"]
    assert abs(datetime.fromisoformat(after["committed_at"]).timestamp() - datetime.now(UTC).timestamp()) < 60
    assert (after["read_only"], after["problem"], after["commit_failures"]) == (False, None, 0)
    assert after["commit_microseconds"] > 0

    def at_rest():
        now = instance(gateway)["ledger"]
        return now["waiting"] == 0 and now["last_block"] == now["balances_block"] == now["reported_block"]

    assert eventually(at_rest, within_s=20)


def test_what_runs_now_is_counted(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    with open_stream(gateway, account, "tokens=200 token_ms=50") as connection:
        assert connection.read_head().status == 200
        load = eventually(lambda: (now := instance(gateway)["load"])["streams_running"] == 1 and now)
        assert (load["requests_running"], load["holds_open"], load["slots_in_use"]) == (2, 1, 1), "one is this question"
        assert provider_of(gateway, "sample")["requests_running"] == 1
    assert eventually(lambda: instance(gateway)["load"]["streams_running"] == 0, within_s=20)


def test_it_says_why_it_is_not_ready_as_the_health_route_does(start_gateway):
    gateway = start_gateway(limits={"max_inflight_requests": 1})
    account = gateway.new_account()
    with open_stream(gateway, account, "tokens=100 token_ms=50") as connection:
        assert connection.read_head().status == 200
        assert post_chat(gateway, account).status == 503
        shown = instance(gateway)
        with RawConnection(gateway.operations) as health:
            health.send(request_bytes("GET", "/health/ready"))
            answer = health.read_answer()
    assert (answer.status, answer.text) == (503, "overloaded\n")
    assert shown["ready"] is False and [one["code"] for one in shown["reasons"]] == ["overloaded"]
    assert shown["load"]["slots"] == 1


# --- backups


def back_up(gateway, to, *more):
    done = run_gateway("backup", "--data-dir", gateway.data_dir, "--to", to, *more, timeout_s=120)
    assert done.returncode == 0, done.stderr


def test_the_last_backup_is_known_and_outlives_a_restart(start_gateway, tmp_path):
    gateway = start_gateway()
    assert instance(gateway)["backup"] is None
    back_up(gateway, tmp_path / "first")
    first = instance(gateway)["backup"]
    assert (first["to"], first["verified"]) == (str(tmp_path / "first"), True)
    size = sum(one.stat().st_size for one in (tmp_path / "first" / "data").rglob("*") if one.is_file())
    assert first["bytes"] == size
    assert abs(datetime.fromisoformat(first["made_at"]).timestamp() - datetime.now(UTC).timestamp()) < 120
    gateway.stop()
    back_up(gateway, tmp_path / "second", "--no-verify")
    gateway.start()
    second = instance(gateway)["backup"]
    assert (second["to"], second["verified"]) == (str(tmp_path / "second"), False)
    assert second["made_at"] > first["made_at"]
    restored = tmp_path / "restored"
    assert run_gateway("restore", "--from", tmp_path / "first", "--data-dir", restored, timeout_s=120).returncode == 0
    assert not (restored / "last_backup.json").exists(), "of the directory that was backed up"


def test_a_backup_that_fails_is_none(start_gateway, tmp_path):
    gateway = start_gateway()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    assert run_gateway("backup", "--data-dir", gateway.data_dir, "--to", tmp_path / "full").returncode == 1
    assert instance(gateway)["backup"] is None


def test_a_record_of_a_backup_that_cannot_be_read_is_none(start_gateway):
    gateway = start_gateway()
    for text in ("", "[]", '{"made_ms": "now", "to": "/x", "bytes": 1, "verified": true}'):
        (gateway.data_dir / "last_backup.json").write_text(text)
        assert instance(gateway)["backup"] is None


# --- providers


def test_a_provider_that_answers_is_well_and_says_how_soon(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    assert provider_of(gateway, "sample")["state"] == "unused"
    for _ in range(6):
        stream_chat(gateway, account, "tokens=3 ttft_ms=40")
    shown = provider_of(gateway, "sample")
    assert shown["state"] == "well" and shown["last_5m"] == {"success": 6, "failure": 0, "rate_limited": 0}
    [endpoint] = shown["endpoints"]
    assert endpoint["model"] == "test/chat" and endpoint["last_1d"]["success"] == 6
    assert endpoint["first_token_ms"]["p50"] <= endpoint["first_token_ms"]["p99"]
    assert (endpoint["since"], endpoint["until"]) == (None, None)
    assert shown["endpoints_known"] > 1 and shown["keys"] == []


def test_a_provider_that_fails_rests_since_then_and_until_its_trial(start_gateway):
    gateway = start_gateway(
        routing={"failures_before_rest": 2, "shortest_rest_ms": 60_000, "longest_rest_ms": 60_000}
    )
    account = gateway.new_account()
    for _ in range(2):
        assert post_chat(gateway, account, model="test/down").status == 502
    shown = provider_of(gateway, "down")
    assert shown["state"] == "failing" and shown["last_5m"]["failure"] == 2 and shown["connections_failed"] >= 2
    [endpoint] = [one for one in shown["endpoints"] if one["state"] == "failing"]
    since, until = (datetime.fromisoformat(endpoint[name]).timestamp() for name in ("since", "until"))
    assert abs(since - datetime.now(UTC).timestamp()) < 30
    assert 50 < until - since < 70


def test_a_provider_that_asks_for_less_says_until_when(start_gateway, scripted):
    gateway = start_gateway()
    account = gateway.new_account()
    scripted.script = lambda exchange: exchange.answer(
        b'{"error":{"message":"slow down"}}', "429 Too Many Requests", extra={"retry-after": "30"}
    )
    assert post_chat(gateway, account, model="test/scripted").status == 429
    shown = provider_of(gateway, "scripted")
    assert shown["state"] == "rate_limited"
    assert shown["last_5m"] == {"success": 0, "failure": 0, "rate_limited": 1}
    until = datetime.fromisoformat(shown["endpoints"][0]["until"]).timestamp()
    assert 10 < until - datetime.now(UTC).timestamp() <= 31


def test_keys_of_a_provider_are_named_by_their_places(start_gateway, sample):
    several = provider("sample", sample.base_url, api_keys=[f"{CANARY}-one", f"{CANARY}-two"])
    del several["api_key"]
    gateway = start_gateway(providers=[several, provider("absent", sample.base_url, optional=True) | {"api_key": ""}])
    shown = provider_of(gateway, "sample")
    assert shown["keys"] == [{"name": name, "refused": False, "resting_endpoints": 0} for name in ("1", "2")]
    assert gateway.manage("GET", "/api/instance/providers")["left_out"] == ["absent"]
    assert CANARY not in str(shown)


# --- the configuration


@pytest.fixture
def secretive(start_gateway, sample, tmp_path):
    """A gateway whose configuration has a canary wherever a secret may stand."""
    return start_gateway(
        providers=[
            provider("sample", sample.base_url) | {"api_key": f"{CANARY}-literal"},
            provider("second", "https://127.0.0.1:1/v1", path="/{call}?key=" + CANARY)
            | {"api_key": "${TEST_PROVIDER_KEY}"},
        ],
        env={"TEST_PROVIDER_KEY": f"{CANARY}-environment", "TEST_READERS": "3"},
        secrets=secrets_of(tmp_path),
        accounts={"public_url": "https://gateway.test"},
        management={"readers": "${TEST_READERS}"},
        limits={"max_head_fields": "${TEST_ABSENT:-64}"},
        mail={
            "from": "gateway@test.test",
            "smtp_url": f"smtp://mailer:{CANARY}@127.0.0.1:1",
            "smtp_user": "mailer",
            "smtp_password": f"{CANARY}-smtp",
        },
        sign_in={
            "allowed_networks": ["127.0.0.0/8"],
            "providers": [
                {"id": "acme", "issuer": "http://127.0.0.1:1", "client_id": "t", "client_secret": f"{CANARY}-oidc"}
            ],
        },
    )


def test_no_secret_of_the_configuration_is_shown(secretive):
    master_key = next(iter(yaml.safe_load(secretive.config_file.read_text())["secrets"].values()))
    with open(master_key) as file:
        key = file.read().strip()
    for path in PATHS:
        answer = secretive.request("GET", path, key=secretive.root_key)
        assert answer.status == 200
        assert CANARY not in answer.text and key not in answer.text and secretive.root_key not in answer.text
    shown = options(secretive)
    for name in (
        "providers.sample.api_key",
        "providers.second.api_key",
        "mail.smtp_password",
        "sign_in.providers.acme.client_secret",
    ):
        one = shown[name]
        assert (one["secret"], one["set"], one["value"], one["default"]) == (True, True, None, None), one
    assert shown["providers.second.api_key"]["environment"] == ["TEST_PROVIDER_KEY"]
    assert shown["providers.second.base_url"]["value"] == "https://127.0.0.1:1/v1"
    assert shown["providers.second.path"]["value"] == "/{call}?key=…"
    assert shown["mail.smtp_url"]["value"] == "smtp://…@127.0.0.1:1"
    assert (shown["providers.sample.api_keys"]["set"], shown["providers.sample.api_keys"]["secret"]) == (False, True)


def test_each_value_says_where_it_comes_from(secretive):
    shown = options(secretive)
    default = shown["limits.max_connections"]
    assert (default["source"], default["line"], default["value"]) == ("default", None, default["default"])
    assert default["meaning"] and default["environment"] == []
    lines = secretive.config_file.read_text().splitlines()
    for name, source, value in (
        ("management.readers", "environment", "3"),
        ("limits.max_head_fields", "file", "64"),
        ("mail.from", "file", "gateway@test.test"),
        ("providers.sample.name", "file", "sample"),
    ):
        one = shown[name]
        assert (one["source"], one["value"]) == (source, value), one
        assert lines[one["line"] - 1].strip(" -").startswith(name.rpartition(".")[2] + ":")
    assert shown["limits.max_head_fields"]["environment"] == ["TEST_ABSENT"]
    assert shown["operations.hosts"]["value"] == "gateway.test"
    assert "free: {organizations: 3" in shown["plans.plans"]["value"]


def test_every_option_of_the_example_is_there_once(secretive):
    names = [one["name"] for one in secretive.manage("GET", "/api/instance/configuration")["options"]]
    assert len(names) == len(set(names))
    example = yaml.safe_load(run_gateway("options").stdout)
    flat = {name for name, value in example.items() if not isinstance(value, (dict, list))}
    flat |= {f"{name}.{inner}" for name, value in example.items() if isinstance(value, dict) for inner in value}
    assert flat - set(names) == set()


def test_a_reload_says_what_is_in_force_and_what_waits(start_gateway):
    gateway = start_gateway()
    before = gateway.manage("GET", "/api/instance/configuration")
    assert before["file"] == str(gateway.config_file)

    def change(content):
        content["limits"] = {"max_head_fields": 77}
        content["log"] = {"level": "debug"}

    change_config(gateway, change)
    assert options(gateway)["limits.max_head_fields"]["value"] == "100", "what is written is not yet in force"
    reload(gateway)
    after = gateway.manage("GET", "/api/instance/configuration")
    assert after["read_at"] > before["read_at"]
    shown = options(gateway)
    waits = shown["limits.max_head_fields"]
    assert (waits["value"], waits["source"], waits["waits_for_restart"]) == ("100", "default", True)
    assert (shown["log.level"]["value"], shown["log.level"]["waits_for_restart"]) == ("debug", False)
    assert [one["name"] for one in after["options"] if one["waits_for_restart"]] == ["limits.max_head_fields"]


def test_the_catalogue_is_counted_and_dated(start_gateway, tmp_path):
    prices = tmp_path / "prices.yaml"
    prices.write_text(
        'version: "2026-01-02"\nmodels:\n'
        "  - id: a/one\n    endpoints:\n"
        '      - {provider: sample, model: one, prices: {prompt: "1", completion: "1"}}\n'
        '      - {provider: nowhere, model: one, prices: {prompt: "1", completion: "1"}}\n'
        "  - id: a/two\n    endpoints:\n"
        '      - {provider: nowhere, model: two, prices: {prompt: "1", completion: "1"}}\n'
    )
    gateway = start_gateway(catalogue=[str(prices)])
    shown = gateway.manage("GET", "/api/instance/configuration")["catalogue"]
    assert (shown["version"], shown["models"], shown["callable_models"], shown["endpoints"]) == ("2026-01-02", 2, 1, 1)
    [file] = shown["files"]
    assert file["path"] == str(prices)
    assert abs(datetime.fromisoformat(file["changed_at"]).timestamp() - prices.stat().st_mtime) < 1
    prices.unlink()
    assert gateway.manage("GET", "/api/instance/configuration")["catalogue"]["files"][0]["changed_at"] is None
