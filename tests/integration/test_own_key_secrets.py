"""Secrets of organizations' own keys in memory: when they cannot be opened, how much they lock, and how long they stay."""

from pathlib import Path

import pytest
import yaml

from support.chat import chat
from support.master_key import secrets_of
from support.own_keys import KEYS, OPERATORS, SECRET, Shop, answers, secrets_seen
from support.people import refusal_of
from support.waiting import eventually


def test_a_key_that_cannot_be_opened_is_not_replaced_by_credit(start_gateway, tmp_path, scripted):
    """The operator has lost the master key."""
    answers(scripted)
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    shop = Shop(gateway, "hybrid", credit=1)
    key = shop.store()
    assert shop.ask().status == 200
    gateway.stop()
    config = yaml.safe_load(gateway.config_file.read_text())
    config["secrets"] = {"start_without_needed_keys": True}
    gateway.config_file.write_text(yaml.safe_dump(config))
    scripted.requests.clear()
    gateway.start()
    answer = shop.ask()
    assert refusal_of(answer) == (503, "store_unavailable") and "'main'" in answer.error["message"]
    assert (scripted.requests, shop.credits()["total_usage"], shop.credits()["held"]) == ([], 0, 0)
    shop.mode("api-keys")
    assert refusal_of(shop.ask()) == (503, "store_unavailable")
    shop.mode("hybrid")
    shop.change(key, is_fallback=True)  # which goes behind the operator's anyway
    answer = gateway.request(
        "POST",
        "/v1/chat/completions",
        key=shop.key,
        json=chat(model="test/scripted"),
        headers={"x-tollgate-explain": "1"},
    )
    assert answer.status == 200 and secrets_seen(scripted) == [f"Bearer {OPERATORS}"]
    [removed] = answer.json()["openrouter_metadata"]["endpoints"]["removed"]
    assert (removed["provider_key"], removed["rule"]) == ("main", "provider_key_unavailable")
    assert shop.credits()["total_usage"] > 0


def locked_kilobytes(gateway):
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    locked = int(next(line for line in status.splitlines() if line.startswith("VmLck")).split()[1])
    return locked or pytest.skip("a sanitizer: nothing is locked")


def test_keys_of_many_organizations_share_locked_memory(start_gateway, tmp_path, scripted):
    answers(scripted)
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    before = locked_kilobytes(gateway)
    for i in range(20):
        shop = Shop(gateway, "api-keys")
        shop.store(secret=f"{SECRET}-{i}")
        assert shop.ask().status == 200
    assert locked_kilobytes(gateway) - before <= 16


def test_an_idle_connection_keeps_no_deleted_secret(start_gateway, tmp_path, scripted):
    answers(scripted)
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    shop = Shop(gateway, "api-keys")
    before = locked_kilobytes(gateway)
    key = shop.store(secret=SECRET + "a" * 1000)  # shares its page with no other secret
    with gateway.connect() as client:
        client.send(gateway.bytes_of("POST", "/v1/chat/completions", key=shop.key, json=chat(model="test/scripted")))
        assert client.read_answer().status == 200
        assert locked_kilobytes(gateway) > before
        shop.team.may(shop.team.admin, "DELETE", f"{KEYS}/{key['id']}")
        eventually(lambda: locked_kilobytes(gateway) == before)
        client.send(gateway.bytes_of("POST", "/v1/chat/completions", key=shop.key, json=chat(model="test/scripted")))
        assert client.read_answer().status == 400
