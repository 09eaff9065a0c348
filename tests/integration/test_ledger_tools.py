"""tollgate ledger verify | balance | export, backup and restore: on a stopped data directory and on a running gateway."""

import csv
import hashlib
import io
import json
import shutil
import subprocess
import threading
import time
from decimal import Decimal

import pytest

from support.chat import post_chat
from support.http_client import RawConnection, request_bytes
from support.processes import GATEWAY, Gateway, run_gateway
from support.waiting import eventually

REQUESTS = 12
UNKNOWN = "01900000-0000-7000-8000-000000000000"


class Ledger:
    """A stopped gateway's data, and what it must say."""

    def __init__(self, gateway, account, other):
        self.gateway, self.account, self.other = gateway, account, other
        self.balance = None


@pytest.fixture(scope="module")
def stopped(tmp_path_factory, providers):
    """Two organizations, requests of one of them, and the gateway stopped. For reading only."""
    gateway = Gateway(tmp_path_factory.mktemp("stopped"), providers, workers=1)
    gateway.start()
    ledger = Ledger(gateway, gateway.new_account("5"), gateway.new_account("7"))
    for _ in range(REQUESTS):
        assert post_chat(gateway, ledger.account).status == 200
    ledger.balance = Decimal(str(gateway.credits(ledger.account)["balance"]))
    assert gateway.stop() == 0
    return ledger


@pytest.fixture
def copied(stopped, tmp_path):
    """A copy of that data directory, to be damaged."""
    return shutil.copytree(stopped.gateway.data_dir, tmp_path / "data")


def tool(*arguments, code=0, timeout_s=120):
    done = run_gateway(*arguments, timeout_s=timeout_s)
    assert done.returncode == code, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def verify(data_dir, code=0, *more):
    return json.loads(tool("ledger", "verify", "--data-dir", data_dir, "--json", *more, code=code).stdout)


def balance(data_dir, organization, *more):
    done = tool("ledger", "balance", "--data-dir", data_dir, "--org", organization, "--json", *more)
    return json.loads(done.stdout, parse_float=Decimal)


def refused(*arguments, mentions, code=1):
    done = tool(*arguments, code=code)
    assert mentions in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


# --- verify


def test_grants_that_pass_64_bits_in_sum_are_verified_and_backed_up(tmp_path, providers):
    gateway = Gateway(tmp_path, providers, workers=1).start()
    most = 4_000_000_000  # USD: of one organization
    for _ in range(3):  # 2^63 nano-USD are 9.2 billion
        account = gateway.new_account(None)
        for _ in range(4):
            gateway.grant(account, "1e9")
        refused_grant = gateway.request(
            "POST", f"/api/organizations/{account.organization}/credits", key=gateway.root_key, body=b'{"amount":1}'
        )
        assert refused_grant.status == 400 and f"{most} USD" in refused_grant.text
    running = verify(gateway.data_dir)
    tool("backup", "--data-dir", gateway.data_dir, "--to", tmp_path / "copy")
    assert gateway.stop() == 0
    report = verify(gateway.data_dir)
    tool("restore", "--from", tmp_path / "copy", "--data-dir", tmp_path / "restored")
    for found in (running, report, verify(tmp_path / "restored")):
        assert found["clean"] and found["accounts_nano"]["organization:available"] == 3 * most * 10**9


@pytest.mark.parametrize("path", ["credits", "purchases", "adjustments"])
@pytest.mark.parametrize("amount", ["1000000000.000000001", "9223372036.85", "9223372036.854775807", "1e300"])
def test_an_amount_above_the_most_is_refused_with_the_limit(start_gateway, path, amount):
    gateway = start_gateway()
    account = gateway.new_account("5")
    answer = gateway.request(
        "POST",
        f"/api/organizations/{account.organization}/{path}",
        key=gateway.root_key,
        body=b'{"amount":%s}' % amount.encode(),
    )
    assert answer.status == 400
    assert "1000000000 USD" in answer.text or "out of range" in answer.text
    assert gateway.credits(account)["balance"] == 5


def test_verify_of_a_stopped_gateway_is_clean(stopped):
    report = verify(stopped.gateway.data_dir)
    assert report["clean"] and not report["running"]
    assert report["requests"] == REQUESTS
    assert report["entries"] == REQUESTS + 2  # and two grants
    assert report["organizations"] == 2
    assert report["indexed_block"] == report["blocks"]
    assert report["listed_requests"] == REQUESTS
    assert report["rollups"] == 1  # of one key and model
    assert sum(report["accounts_nano"].values()) == 0
    assert report["overrun_nano"] == report["suspense_nano"] == 0
    assert report["slots"] == {"open": 0, "settled": 0}


def test_verify_says_it_in_words(stopped):
    done = tool("ledger", "verify", "--data-dir", stopped.gateway.data_dir)
    assert done.stdout.startswith("clean: ")
    assert f"{REQUESTS} requests, 2 organizations" in done.stdout


def test_verify_leaves_no_trace(stopped):
    def files():
        return sorted((str(path), path.stat().st_size) for path in stopped.gateway.data_dir.rglob("*"))

    before = files()
    verify(stopped.gateway.data_dir)
    assert files() == before


def test_verify_of_a_running_gateway_reads_a_checkpoint_and_removes_it(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("5")
    for number in range(1, 4):
        assert post_chat(gateway, account).status == 200
        report = verify(gateway.data_dir)
        assert report["clean"] and report["running"]
        assert report["requests"] == number
    assert list((gateway.data_dir / "checkpoints").iterdir()) == []


def test_verify_compares_listings_and_rollups_as_far_as_the_index_has_come(copied, stopped, providers):
    # It stores them every minute, when a day begins, and when it stops.
    gateway = Gateway(copied.parent, providers, workers=1)
    gateway.root_key = stopped.gateway.root_key
    gateway.start()
    assert post_chat(gateway, stopped.account).status == 200
    report = verify(gateway.data_dir)
    assert report["clean"] and report["requests"] == REQUESTS + 1
    assert report["listed_requests"] in (REQUESTS, REQUESTS + 1)
    assert gateway.stop() == 0
    assert verify(gateway.data_dir)["listed_requests"] == REQUESTS + 1


def test_verify_of_a_gateway_under_load_is_clean_every_time(start_gateway):
    gateway = start_gateway(workers=2)
    account = gateway.new_account("5")
    done = threading.Event()

    def load():
        while not done.is_set():
            assert post_chat(gateway, account).status == 200

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            assert verify(gateway.data_dir)["clean"]
    finally:
        done.set()
        for thread in threads:
            thread.join()


def test_what_is_settled_when_the_gateway_is_killed_is_named_and_not_damage(start_gateway):
    gateway = start_gateway(ledger={"commit_interval_ms": 1000})
    account = gateway.new_account("5")
    assert post_chat(gateway, account).status == 200
    gateway.kill()
    report = verify(gateway.data_dir)
    assert report["clean"]
    assert report["requests"] + report["slots"]["settled"] >= 1


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x40]))


def test_a_flipped_byte_of_the_log_is_found_and_its_file_is_named(copied):
    [log] = [path for path in (copied / "rocksdb").glob("*.log") if path.stat().st_size > 0]
    size = log.stat().st_size
    for at in range(size // 40, size, size // 20):
        flip(log, at)
        report = verify(copied, 1)
        assert not report["clean"]
        assert log.name in report["difference"]["what"], report["difference"]
        flip(log, at)
    assert verify(copied)["clean"]


def test_a_flipped_byte_of_a_table_file_is_found_and_its_file_is_named(copied, stopped, providers):
    # Opening makes tables of what the log holds.
    gateway = Gateway(copied.parent, providers, workers=1)
    gateway.root_key = stopped.gateway.root_key
    assert gateway.start().stop() == 0
    tables = sorted((copied / "rocksdb").glob("*.sst"), key=lambda path: path.stat().st_size)
    assert tables, list((copied / "rocksdb").iterdir())
    table = tables[-1]
    size = table.stat().st_size
    for at in range(size // 40, size, size // 20):
        flip(table, at)
        report = verify(copied, 1)
        assert not report["clean"], at
        assert table.name in report["difference"]["what"], (at, report["difference"])
        flip(table, at)


def test_verify_of_a_newer_schema_is_refused(copied):
    subprocess.run([GATEWAY.parent / "bump_schema", copied], check=True)
    refused("ledger", "verify", "--data-dir", copied, mentions="schema version 999")


def test_a_directory_that_does_not_exist_is_refused(tmp_path):
    for command in (["verify"], ["balance", "--org", UNKNOWN], ["export"]):
        refused("ledger", *command, "--data-dir", tmp_path / "none", mentions="does not exist")


def test_a_directory_without_a_database_is_refused(tmp_path):
    refused("ledger", "verify", "--data-dir", tmp_path, mentions="has no database")


def test_a_running_gateway_that_cannot_be_asked_is_refused(start_gateway):
    gateway = start_gateway()
    refused(
        *["ledger", "verify", "--data-dir", gateway.data_dir, "--ops-url", "http://127.0.0.1:1"],
        mentions="in use by another process; POST http://127.0.0.1:1/ledger/checkpoint: ",
    )
    refused(
        *["ledger", "verify", "--data-dir", gateway.data_dir, "--ops-url", "https://example"],
        mentions="must be http://ADDRESS:PORT",
    )


def test_the_gateway_of_another_directory_is_not_taken_for_this_one(start_gateway):
    first, second = start_gateway(), start_gateway()
    url = f"http://{second.operations[0]}:{second.operations[1]}"
    refused("ledger", "verify", "--data-dir", first.data_dir, "--ops-url", url, mentions="another data directory")


def ask_for_checkpoint(gateway, method="POST"):
    with RawConnection(gateway.operations) as connection:
        connection.send(request_bytes(method, "/ledger/checkpoint", headers={"X-Tollgate-Operation": "checkpoint"}))
        return connection.read_answer()


@pytest.mark.parametrize(
    "host, fields",
    [
        ("evil.example", {"X-Tollgate-Operation": "checkpoint"}),
        ("127.0.0.1", {"X-Tollgate-Operation": "checkpoint", "Origin": "http://evil.example"}),
        ("127.0.0.1", {"X-Tollgate-Operation": "checkpoint", "Origin": "null"}),
        ("127.0.0.1", {}),
    ],
)
def test_a_page_of_another_site_gets_no_checkpoint(start_gateway, host, fields):
    gateway = start_gateway()
    with RawConnection(gateway.operations) as connection:
        connection.send(request_bytes("POST", "/ledger/checkpoint", headers=fields, host=host, body=b""))
        assert connection.read_answer().status == 403
    assert not (gateway.data_dir / "checkpoints").exists()


def test_metrics_are_shown_to_the_hosts_that_are_configured(start_gateway):
    gateway = start_gateway(operations={"hosts": ["tollgate.internal"]})
    shown = {}
    for host in ("tollgate.internal:9464", "localhost:9464", "evil.example"):
        with RawConnection(gateway.operations) as connection:
            connection.send(request_bytes("GET", "/metrics", host=host))
            shown[host] = connection.read_answer().status
    assert shown == {"tollgate.internal:9464": 200, "localhost:9464": 200, "evil.example": 403}


def test_a_checkpoint_that_no_tool_deleted_expires(start_gateway):
    gateway = start_gateway(operations={"hosts": ["gateway.test"], "checkpoint_max_age_ms": 300})
    assert ask_for_checkpoint(gateway).status == 201
    eventually(lambda: list((gateway.data_dir / "checkpoints").iterdir()) == [])
    eventually(lambda: "expired" in gateway.log_file.read_text())


def test_the_operations_listener_is_named_before_clients_are_answered(start_gateway):
    gateway = start_gateway()
    assert (gateway.data_dir / "operations.url").read_text() == (
        f"http://{gateway.operations[0]}:{gateway.operations[1]}\n"
    )


def test_checkpoints_are_bounded_and_gone_after_a_restart(start_gateway):
    gateway = start_gateway()
    for _ in range(4):
        assert ask_for_checkpoint(gateway).status == 201
    answer = ask_for_checkpoint(gateway)
    assert answer.status == 503 and "4 checkpoints" in answer.text
    assert ask_for_checkpoint(gateway, "GET").status == 405
    gateway.stop()
    gateway.start()
    assert not (gateway.data_dir / "checkpoints").exists()


# --- balance


def test_balance_now_is_what_the_gateway_said(stopped):
    report = balance(stopped.gateway.data_dir, stopped.account.organization)
    assert report["balance"] == stopped.balance
    assert report["granted_nano"] == 5 * 10**9
    assert report["kinds"]["usage"]["entries"] == REQUESTS
    assert balance(stopped.gateway.data_dir, stopped.other.organization)["balance"] == 7


def test_balance_at_a_time_counts_what_was_booked_by_then(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("5")
    between = int(time.time() * 1000)
    eventually(lambda: int(time.time() * 1000) > between)
    gateway.grant(account, "2")
    at = [str(between), time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(between / 1000)) + f".{between % 1000:03}Z"]
    for text in at:
        assert balance(gateway.data_dir, account.organization, "--at", text)["balance"] == 5
    assert balance(gateway.data_dir, account.organization)["balance"] == 7
    assert balance(gateway.data_dir, account.organization, "--at", "2020-01-01")["balance"] == 0


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01T00:00:00Z", "2026-02-30", "2026-01-01T00:00:00", "-5"])
def test_a_bad_time_is_refused(stopped, at):
    refused(
        *["ledger", "balance", "--data-dir", stopped.gateway.data_dir],
        *["--org", stopped.account.organization, f"--at={at}"],
        mentions=f"--at {at}: must be a time in RFC 3339",
    )


def test_an_unknown_organization_is_refused(stopped):
    for organization, mentions in ((UNKNOWN, "is not known"), ("acme", "must be a UUID")):
        for command in ("balance", "export"):
            refused(
                *["ledger", command, "--data-dir", stopped.gateway.data_dir, "--org", organization],
                mentions=f"organization {organization} {mentions}" if mentions[0] == "i" else mentions,
            )


# --- export


def export(data_dir, *more):
    return tool("ledger", "export", "--data-dir", data_dir, *more).stdout


def test_requests_as_csv_sum_up_to_what_was_used(stopped):
    rows = list(csv.DictReader(io.StringIO(export(stopped.gateway.data_dir))))
    assert len(rows) == REQUESTS
    charged = sum(int(row["charged_nano"]) for row in rows)
    assert 5 * 10**9 - charged == stopped.balance * 10**9
    assert {row["organization"] for row in rows} == {stopped.account.organization}
    assert {row["key"] for row in rows} == {stopped.account.hash}
    assert all(Decimal(row["charged_usd"]) * 10**9 == int(row["charged_nano"]) for row in rows)


def test_entries_as_ndjson_sum_up_to_zero(stopped):
    rows = [json.loads(line) for line in export(
        stopped.gateway.data_dir, "--what", "entries", "--format", "ndjson").splitlines()]
    assert sum(row["amount_nano"] for row in rows) == 0
    assert {row["kind"] for row in rows} == {"grant", "usage"}


def test_both_formats_have_the_same_rows(stopped):
    for what in ("requests", "entries"):
        table = list(csv.DictReader(io.StringIO(export(stopped.gateway.data_dir, "--what", what))))
        lines = export(stopped.gateway.data_dir, "--what", what, "--format", "ndjson").splitlines()
        objects = [json.loads(line, parse_int=str, parse_float=str) for line in lines]
        written = [{name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()}
                   for row in objects]
        assert written == table


def test_an_export_has_what_lots_and_refunds_are_made_from_and_no_formulas(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account(None)
    expires = "2090-01-02T03:04:05Z"
    path = f"/api/organizations/{account.organization}"
    granted = gateway.manage("POST", f"{path}/credits", {"amount": 5, "priority": 7, "expires_at": expires})
    bought = gateway.manage("POST", f"{path}/purchases", {"amount": 3})["transaction_id"]
    gateway.manage("POST", f"{path}/purchases/{bought}/confirm")
    post_chat(gateway, account, user='=HYPERLINK("x")')
    gateway.stop()
    entries = list(csv.DictReader(io.StringIO(export(gateway.data_dir, "--what", "entries"))))
    (lot,) = [row for row in entries if row["kind"] == "grant" and row["account"] == "organization:available"]
    assert (lot["event"], lot["priority"]) == (granted["transaction_id"], "7")
    assert lot["expires_at"].startswith("2090-01-02T03:04:05")
    (confirmed,) = [row for row in entries if row["kind"] == "purchase" and row["account"] == "organization:available"]
    assert confirmed["reference"] == bought and confirmed["expires_at"] == ""
    (request,) = csv.DictReader(io.StringIO(export(gateway.data_dir)))
    assert request["end_user"] == "'=HYPERLINK(\"x\")" and request["usage_contradictory"] == "false"


def test_an_export_names_organizations_projects_and_keys_also_deleted_ones(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("5")
    post_chat(gateway, account)
    gateway.manage("DELETE", f"/api/organizations/{account.organization}/keys/{account.hash}")
    gateway.stop()
    names = {"organization_name": "Test", "project_name": "Default Project", "key_name": "test"}
    for what in ("requests", "entries"):
        rows = list(csv.DictReader(io.StringIO(export(gateway.data_dir, "--what", what))))
        spent = [row for row in rows if row["key"] == account.hash]
        assert spent and all({name: row[name] for name in names} == names for row in spent)
        assert all(row["organization_name"] == "Test" and (row["key"] or not row["key_name"]) for row in rows)


def test_an_export_is_limited_to_an_organization_and_a_time(stopped):
    everything = list(csv.DictReader(io.StringIO(export(stopped.gateway.data_dir))))
    assert export(stopped.gateway.data_dir, "--org", stopped.other.organization).count("\n") == 1  # the header
    middle = sorted(row["settled_at"] for row in everything)[REQUESTS // 2]
    before = list(csv.DictReader(io.StringIO(export(stopped.gateway.data_dir, "--to", middle))))
    after = list(csv.DictReader(io.StringIO(export(stopped.gateway.data_dir, "--from", middle))))
    assert before and after and before + after == everything


def test_an_export_to_a_file_appears_whole(stopped, tmp_path):
    out = tmp_path / "requests.csv"
    assert export(stopped.gateway.data_dir, "--output", out) == ""
    assert out.read_text() == export(stopped.gateway.data_dir)  # both read with universal newlines
    assert [path.name for path in tmp_path.iterdir()] == ["requests.csv"]


def test_bad_export_options_are_refused(stopped, tmp_path):
    for options, mentions in (
        (["--format", "xml"], "must be csv or ndjson"),
        (["--what", "all"], "must be entries or requests"),
        (["--from", "soon"], "--from soon: must be a time in RFC 3339"),
        (["--output", tmp_path / "none" / "file"], "No such file"),
    ):
        refused("ledger", "export", "--data-dir", stopped.gateway.data_dir, *options, mentions=mentions)


# --- backup and restore


def test_a_restored_backup_of_a_running_gateway_serves_again(start_gateway, tmp_path):
    gateway = start_gateway(workers=2)
    account = gateway.new_account("5")
    done, answered = threading.Event(), []

    def load():
        while not done.is_set():
            answered.append(post_chat(gateway, account).status)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: len(answered) > 50, within_s=20)
        made = tool("backup", "--data-dir", gateway.data_dir, "--to", tmp_path / "backup").stdout
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert "of a running gateway" in made and "clean: " in made and "left out" in made
    assert set(answered) == {200}
    assert list((gateway.data_dir / "checkpoints").iterdir()) == []
    gateway.stop()
    shutil.rmtree(gateway.data_dir)

    restored = tool("restore", "--from", tmp_path / "backup", "--data-dir", gateway.data_dir).stdout
    assert "clean: " in restored and account.organization in restored
    assert verify(gateway.data_dir)["requests"] > 0
    gateway.start()
    used = Decimal(str(gateway.credits(account)["total_usage"]))
    assert post_chat(gateway, account).status == 200
    assert Decimal(str(gateway.credits(account)["total_usage"])) > used > 0
    gateway.stop()
    assert verify(gateway.data_dir)["clean"]


@pytest.fixture(scope="module")
def backup(stopped, tmp_path_factory):
    """A backup of the stopped gateway. For reading only."""
    directory = tmp_path_factory.mktemp("backup") / "one"
    made = tool("backup", "--data-dir", stopped.gateway.data_dir, "--to", directory).stdout
    assert "of a stopped gateway" in made
    return directory


def test_the_manifest_has_the_hash_of_every_file(backup):
    manifest = json.loads((backup / "manifest.json").read_text())
    named = {file["path"]: file["sha256"] for file in manifest["files"]}
    there = {
        str(path.relative_to(backup / "data")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (backup / "data").rglob("*")
        if path.is_file() and path.name != "LOCK"
    }
    assert named == there
    assert "slots" in named


def test_a_restored_backup_has_the_same_ledger(stopped, backup, tmp_path):
    tool("restore", "--from", backup, "--data-dir", tmp_path / "data")
    now, then = verify(tmp_path / "data"), verify(stopped.gateway.data_dir)
    for report in (now, then):
        report.pop("duration_ms")
    assert now == then


def test_a_damaged_backup_is_not_restored(backup, tmp_path):
    damaged = shutil.copytree(backup, tmp_path / "damaged")
    [log] = [path for path in (damaged / "data" / "rocksdb").glob("*.log") if path.stat().st_size > 0]
    flip(log, log.stat().st_size // 2)
    refused("restore", "--from", damaged, "--data-dir", tmp_path / "data", mentions="not what the manifest says")
    assert list((tmp_path / "data").iterdir()) == []


def test_an_unfinished_backup_is_not_restored(backup, tmp_path):
    unfinished = shutil.copytree(backup, tmp_path / "unfinished")
    (unfinished / "manifest.json").unlink()
    refused("restore", "--from", unfinished, "--data-dir", tmp_path / "data", mentions="not finished")


def test_a_manifest_that_leads_elsewhere_is_refused(backup, tmp_path):
    forged = shutil.copytree(backup, tmp_path / "forged")
    manifest = json.loads((forged / "manifest.json").read_text())
    manifest["files"][0]["path"] = "../escaped"
    (forged / "manifest.json").write_text(json.dumps(manifest))
    refused("restore", "--from", forged, "--data-dir", tmp_path / "data", mentions="malformed")


def test_a_damaged_ledger_is_not_backed_up(copied, tmp_path):
    [log] = [path for path in (copied / "rocksdb").glob("*.log") if path.stat().st_size > 0]
    flip(log, log.stat().st_size // 2)
    done = tool("backup", "--data-dir", copied, "--to", tmp_path / "backup", code=1)
    assert log.name in done.stderr
    assert not (tmp_path / "backup" / "manifest.json").exists()


def test_directories_that_hold_something_are_refused(stopped, backup):
    refused("backup", "--data-dir", stopped.gateway.data_dir, "--to", backup, mentions="is not empty")
    refused("restore", "--from", backup, "--data-dir", stopped.gateway.data_dir, mentions="is not empty")
