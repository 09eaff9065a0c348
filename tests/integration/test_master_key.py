"""The master key: what it makes possible, how it is replaced while requests run, and what happens without it."""

import re
import signal
import uuid
from dataclasses import replace

import pytest
import yaml

from support.chat import chat
from support.master_key import new_master_key, secrets_of
from support.people import new_team, refusal_of
from support.processes import Gateway, locks_memory, run_gateway
from support.waiting import eventually

VARIABLE = "TOLLGATE_MASTER_KEY"


def create_key(gateway, account, repeat):
    path = f"/api/organizations/{account.organization}/keys"
    headers = {"Idempotency-Key": repeat}
    return gateway.request("POST", path, key=gateway.root_key, json={"name": "k"}, headers=headers)


def set_secrets(gateway, **secrets):
    config = yaml.safe_load(gateway.config_file.read_text())
    gateway.config_file.write_text(yaml.safe_dump(config | {"secrets": secrets}))


def reload(gateway, says):
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: says in gateway.log_file.read_text())


def test_a_repeated_call_gets_the_same_secret_again(start_gateway, tmp_path):
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    account = gateway.new_account()
    first, second = (create_key(gateway, account, "once") for _ in range(2))
    assert (second.status, second.body) == (201, first.body)
    gateway.kill()
    gateway.start()
    assert create_key(gateway, account, "once").body == first.body
    assert len(gateway.manage("GET", f"/api/organizations/{account.organization}/keys")["data"]) == 2


def test_every_kind_of_answer_with_a_secret_is_given_again(start_gateway, tmp_path):
    gateway = start_gateway(secrets=secrets_of(tmp_path), accounts={"public_url": "https://gateway.test"})
    team = new_team(gateway)
    email = f"{uuid.uuid4().hex}@people.test"
    calls = [
        (gateway.root_key, "/api/users", {"email": email, "name": "Ann", "token": {"name": "t"}}),
        (gateway.root_key, f"/api/users/{team.owner.id}/tokens", {"name": "t"}),
        (team.owner.token, "/api/me/tokens", {"name": "t"}),
        (team.owner.token, f"{team.path}/keys", {"name": "k"}),
        (team.owner.token, f"{team.path}/invitations", {"emails": [email, f"b{email}"]}),
        (gateway.root_key, "/api/vouchers", {"amount": 1, "count": 20}),
    ]
    for key, path, body in calls:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        first, second = (gateway.request("POST", path, key=key, json=body, headers=headers) for _ in range(2))
        assert (first.status, second.status, second.body) == (201, 201, first.body), path


def test_without_a_master_key_the_gateway_starts_and_a_secret_is_shown_once(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    made = create_key(gateway, account, "once")
    again = create_key(gateway, account, "once")
    assert made.status == 201 and again.status == 409
    assert made.json()["data"]["hash"] in again.error["message"]


def test_the_master_key_may_come_from_the_environment_and_is_taken_out_of_it(start_gateway):
    master_key = "ab" * 32
    gateway = start_gateway(env={VARIABLE: master_key})
    account = gateway.new_account()
    first, second = (create_key(gateway, account, "once") for _ in range(2))
    assert first.body == second.body
    with open(f"/proc/{gateway.process.pid}/environ", "rb") as environment:
        assert master_key.encode() not in environment.read()


def test_another_master_key_takes_over_while_the_gateway_runs(start_gateway, tmp_path):
    file = tmp_path / "master.key"
    gateway = start_gateway(secrets={"master_key_file": str(new_master_key(file))})
    account = gateway.new_account()
    first = create_key(gateway, account, "once")
    before = tmp_path / "master.key.before"
    before.write_bytes(file.read_bytes())
    before.chmod(0o600)
    new_master_key(file)
    set_secrets(gateway, master_key_file=str(file), former_master_key_file=str(before))
    reload(gateway, "no master key but the current one is needed any more")
    assert create_key(gateway, account, "once").body == first.body
    before.unlink()
    set_secrets(gateway, master_key_file=str(file))
    gateway.kill()
    gateway.start()
    assert create_key(gateway, account, "once").body == first.body


def test_a_reload_with_a_new_file_alone_takes_over_too(start_gateway, tmp_path):
    file = tmp_path / "master.key"
    gateway = start_gateway(secrets={"master_key_file": str(new_master_key(file))})
    account = gateway.new_account()
    first = create_key(gateway, account, "once")
    new_master_key(file)
    reload(gateway, "data keys are wrapped anew")
    gateway.kill()
    gateway.start()
    assert create_key(gateway, account, "once").body == first.body


def test_a_lost_master_key_is_said_and_stops_nothing_else(start_gateway, tmp_path):
    file = tmp_path / "master.key"
    gateway = start_gateway(secrets={"master_key_file": str(new_master_key(file))})
    account = gateway.new_account()
    create_key(gateway, account, "once")
    gateway.stop()
    new_master_key(file)
    with pytest.raises(RuntimeError, match="need a master key that is not here"):
        gateway.start()
    set_secrets(gateway, master_key_file=str(file), start_without_needed_keys=True)
    gateway.start()
    assert create_key(gateway, account, "once").status == 503, "the answer is there and does not open"
    assert create_key(gateway, account, "another").status == 201
    assert refusal_of(create_key(gateway, account, "another"))[0] == 409, "it could not be sealed"


SECRET = "sk-own-0123456789abcdef"


def take_secret_only(exchange):
    good = exchange.request.header("authorization") == f"Bearer {SECRET}"
    exchange.answer({"data": []} if good else {}, "200 OK" if good else "401 No")


@pytest.fixture
def restored(start_gateway, providers, tmp_path):
    """A team with a provider key and an API key, restored from a backup elsewhere; and the master key's file."""
    file = tmp_path / "master.key"
    gateway = start_gateway(secrets={"master_key_file": str(new_master_key(file))})
    team = new_team(gateway)
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    body = {"provider": "scripted", "label": "main", "secret": SECRET, "skip_test": True}
    provider_key = team.may(team.owner, "POST", "/provider-keys", body)
    key = team.may(team.owner, "POST", "/keys", {"name": "k"})["key"]
    assert gateway.stop() == 0
    elsewhere = Gateway(tmp_path / "elsewhere", providers, workers=1)
    elsewhere.root_key = gateway.root_key
    for words in (
        ("backup", "--data-dir", gateway.data_dir, "--to", tmp_path / "backup"),
        ("restore", "--from", tmp_path / "backup", "--data-dir", elsewhere.data_dir),
    ):
        assert run_gateway(*words).returncode == 0
    yield replace(team, gateway=elsewhere), provider_key, key, file
    elsewhere.stop()


@pytest.mark.parametrize("has_another", [True, False])
def test_row_68_without_its_master_key_a_restored_gateway_drops_nothing(restored, scripted, tmp_path, has_another):
    team, provider_key, key, right = restored
    gateway, path = team.gateway, f"/provider-keys/{provider_key['id']}"
    scripted.script = take_secret_only
    secrets = secrets_of(gateway.directory) if has_another else {}
    set_secrets(gateway, **secrets)
    here = "[0-9a-f]{16}" if has_another else "none"
    with pytest.raises(RuntimeError, match=rf"need a master key that is not here: [0-9a-f]{{16}}; here is {here}\. "):
        gateway.start()
    set_secrets(gateway, **secrets, start_without_needed_keys=True)
    gateway.start()
    assert gateway.request("POST", "/v1/chat/completions", key=key, json=chat()).status == 200
    assert team.may(team.owner, "GET", path) == provider_key
    assert team.ask(team.owner, "POST", f"{path}/test").status == (503 if has_another else 409)
    body = {"provider": "scripted", "label": "more", "secret": SECRET, "skip_test": True}
    assert team.ask(team.owner, "POST", "/provider-keys", body).status >= 400, "no data key takes the other's place"
    assert gateway.stop() == 0
    set_secrets(gateway, master_key_file=str(right))
    gateway.start()
    assert team.may(team.owner, "POST", f"{path}/test")["accepted"]


def test_row_68_a_master_key_that_is_empty_or_missing_ends_the_start_and_none_is_made(restored):
    gateway, right = restored[0].gateway, restored[3]
    for wrong, text in ((right.with_name("empty.key"), ""), (right.with_name("missing.key"), None)):
        if text is not None:
            wrong.write_text(text)
            wrong.chmod(0o600)
        set_secrets(gateway, master_key_file=str(wrong))
        with pytest.raises(RuntimeError, match=wrong.name):
            gateway.start()
        assert wrong.exists() is (text is not None)


def test_a_wrong_file_changes_nothing_at_a_reload_and_ends_a_start_with_words(start_gateway, tmp_path):
    file = tmp_path / "master.key"
    gateway = start_gateway(secrets={"master_key_file": str(new_master_key(file))})
    account = gateway.new_account()
    first = create_key(gateway, account, "once")
    file.write_text("not a key")
    reload(gateway, "a master key is 64 hexadecimal digits")
    assert create_key(gateway, account, "once").body == first.body
    gateway.stop()
    for command in ("check", "serve"):
        done = run_gateway(command, "--config", gateway.config_file)
        assert done.returncode == 1 and str(file) in done.stderr and "64 hexadecimal" in done.stderr


@pytest.mark.parametrize("text", ["", "ab", "zz" * 32])
def test_a_wrong_key_in_the_environment_ends_the_start(start_gateway, text):
    with pytest.raises(RuntimeError, match=f"{VARIABLE}: a master key is 64"):
        start_gateway(env={VARIABLE: text})


def test_two_master_keys_end_the_start(start_gateway, tmp_path):
    with pytest.raises(RuntimeError, match="both set"):
        start_gateway(secrets=secrets_of(tmp_path), env={VARIABLE: "ab" * 32})


@locks_memory
def test_its_pages_are_locked_and_in_no_core_dump(start_gateway, tmp_path):
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    with open(f"/proc/{gateway.process.pid}/smaps") as maps:
        flags = re.findall(r"VmFlags:(.*)", maps.read())
    assert [one for one in flags if " lo" in one and " dd" in one]
