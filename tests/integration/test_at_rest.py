"""What is on the disk: no secret in plain text, in any file of the data directory, its backup or its logs."""

import base64
import subprocess
import uuid

import pytest

from support.chat import post_chat
from support.mail import DropFolder, mail_config, token_in
from support.master_key import secrets_of
from support.people import new_team
from support.processes import GATEWAY, Gateway, run_gateway

DUMP_STORE = GATEWAY.parent / "dump_store"  # built beside the gateway


def address():
    return f"{uuid.uuid4().hex[:8]}@people.test"


class Seeds:
    """A gateway's secrets of every kind, by name."""

    def __init__(self, gateway, folder):
        self.gateway, self.folder = gateway, folder
        self.plain = {"root key": gateway.root_key}
        self.account = gateway.new_account()
        self.team = new_team(gateway)
        self.plain |= {"inference key": self.account.key}
        for role in ("owner", "admin", "member"):
            self.plain[f"token of {role}"] = getattr(self.team, role).token
        self.make_keys()
        self.make_provider_keys()
        self.make_invitations()
        self.make_links()
        self.plain["voucher"] = gateway.manage("POST", "/api/vouchers", {"amount": 1})["data"][0]["code"]

    def once(self, key, path, body):
        """With an idempotency key, so that the answer is kept."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        answer = self.gateway.request("POST", path, key=key, json=body, headers=headers)
        assert answer.status == 201, answer.body
        return answer.json()

    def make_keys(self):
        owner, path = self.team.owner.token, self.team.path
        for kind in ("inference", "management"):
            self.plain[f"kept {kind} key"] = self.once(owner, f"{path}/keys", {"name": kind, "kind": kind})["key"]
        self.plain["kept token"] = self.once(owner, "/api/me/tokens", {"name": "t"})["token"]
        vouchers = self.once(self.gateway.root_key, "/api/vouchers", {"amount": 1, "count": 3})["data"]
        self.plain["kept voucher"] = vouchers[1]["code"]

    def make_provider_keys(self):
        for name in ("living", "changed", "deleted"):
            secret = f"sk-own-{uuid.uuid4().hex}"
            body = {"provider": "sample", "label": name, "secret": secret, "skip_test": True}
            made = self.once(self.team.owner.token, f"{self.team.path}/provider-keys", body)
            self.plain[f"{name} provider key"] = secret
            path = f"/provider-keys/{made['id']}"
            if name == "changed":
                self.plain["new provider key"] = secret = f"sk-own-{uuid.uuid4().hex}"
                self.team.may(self.team.owner, "PATCH", path, {"secret": secret, "skip_test": True})
            if name == "deleted":
                self.team.may(self.team.owner, "DELETE", path)

    def make_invitations(self):
        email = address()
        body = {"email": email}
        made = self.once(self.team.owner.token, f"{self.team.path}/invitations", body)["data"][0]
        self.plain["invitation's link"] = made["link"].rpartition("token=")[2]
        self.plain["mailed invitation"] = token_in(self.folder.one(email))

    def make_links(self):
        ann, email = self.gateway.person(address(), verified=False), address()
        self.gateway.request("POST", "/api/me/verification", key=ann.token)
        self.plain["verification"] = token_in(self.folder.one(ann.email))
        self.gateway.request("POST", "/api/registrations", json={"email": email, "name": "Ann"})
        self.plain["registration"] = token_in(self.folder.one(email))


def forms_of(secret):
    """The secret as it could stand in a file."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    for shift in range(3):  # what all base64 texts with it inside share
        yield base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]


def found_in(data, seeds):
    return [name for name, secret in seeds.plain.items() for form in forms_of(secret) if form in data]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory, providers):
    """A stopped gateway and what it was told."""
    directory = tmp_path_factory.mktemp("at-rest")
    folder = DropFolder(directory / "mail")
    config = mail_config({"drop_folder": str(folder.path)}, registration="open")
    gateway = Gateway(directory / "gateway", providers, workers=1, secrets=secrets_of(directory), **config)
    gateway.start()
    seeds = Seeds(gateway, folder)
    assert post_chat(gateway, seeds.account, "tokens=3").status == 200
    backup = directory / "backup"
    done = run_gateway("backup", "--data-dir", gateway.data_dir, "--to", backup)
    assert done.returncode == 0, done.stderr
    gateway.kill()  # what a thief finds: RocksDB's log is not yet compacted into tables
    killed = files_under(gateway.data_dir)
    gateway.start()
    assert gateway.stop() == 0
    return gateway, seeds, backup, killed


def files_under(directory):
    """Every file with its bytes."""
    return {file: file.read_bytes() for file in directory.rglob("*") if file.is_file() and not file.is_symlink()}


def test_no_file_of_the_data_directory_has_a_secret(seeded):
    gateway, seeds, _, killed = seeded
    assert len(seeds.plain) > 15 and len(killed) > 5
    for files in (killed, files_under(gateway.data_dir)):
        assert {file: found_in(data, seeds) for file, data in files.items() if found_in(data, seeds)} == {}


def test_no_file_of_a_backup_has_a_secret_or_the_master_key(seeded):
    gateway, seeds, backup, _ = seeded
    master_key = (gateway.directory.parent / "master.key").read_text().strip()
    for file, data in files_under(backup).items():
        assert found_in(data, seeds) == [] and master_key.encode() not in data, file
        assert bytes.fromhex(master_key) not in data, file


def test_nothing_in_the_store_is_a_secret_when_it_is_read_as_it_is(seeded):
    """Tables are compressed: the store is read through the library, too."""
    gateway, seeds, _, _ = seeded
    dumped = subprocess.run([DUMP_STORE, gateway.data_dir], check=True, capture_output=True).stdout
    assert seeds.team.owner.email.encode() in dumped and b"provider_secret/" in dumped, "the dump has what it should"
    assert found_in(dumped, seeds) == []


def test_nothing_that_tools_print_or_logs_hold_is_a_secret(seeded):
    gateway, seeds, _, _ = seeded
    data = ["--data-dir", gateway.data_dir]
    for command in (
        ["ledger", "export", "--what", "requests", *data],
        ["ledger", "export", "--what", "entries", "--format", "ndjson", *data],
        ["ledger", "verify", "--json", *data],
    ):
        done = run_gateway(*command, timeout_s=120)
        assert done.returncode == 0, done.stderr
        assert found_in(done.stdout.encode() + done.stderr.encode(), seeds) == []
    for log in (gateway.log_file, gateway.access_log):
        assert found_in(log.read_bytes(), seeds) == []
