"""Who changed what: an entry for every change and every movement of money, of organizations and of the instance."""

from support.pages import pages_of


def test_every_change_leaves_an_audit_entry_with_its_caller(gateway, account):
    organization = f"/api/organizations/{account.organization}"
    made = gateway.manage("POST", f"{organization}/keys", {"name": "Audited"})
    key = f"{organization}/keys/{made['data']['hash']}"
    gateway.manage("PATCH", key, {"disabled": True})
    gateway.manage("PUT", f"{organization}/limits", {"limit": 3})
    gateway.manage("DELETE", key)
    entries = pages_of(gateway, f"{organization}/audit", 2)
    actions = [entry["action"] for entry in entries]
    assert actions[:4] == ["key.delete", "limits.update", "key.update", "key.create"]
    assert actions[-1] == "organization.create"
    assert {entry["actor"] for entry in entries} == {"root"} and entries[0]["address"] == "127.0.0.1"
    deleted, kept = entries[0]["documents"]
    assert deleted["after"] is None and deleted["before"]["name"] == "Audited"
    assert kept["before"] is None and kept["after"]["name"] == "Audited"
    assert made["key"] not in str(entries)


def test_a_refused_change_leaves_no_audit_entry(gateway, account):
    organization = f"/api/organizations/{account.organization}"
    before = len(gateway.manage("GET", f"{organization}/audit")["data"])
    answer = gateway.request("PUT", f"{organization}/llm", key=gateway.root_key, json={"model": "no/such"})
    assert answer.status == 404
    assert len(gateway.manage("GET", f"{organization}/audit")["data"]) == before


def test_a_management_key_sees_the_audit_of_its_own_organization_only(gateway, account):
    path = f"/api/organizations/{account.organization}/keys"
    key = gateway.manage("POST", path, {"name": "m", "kind": "management"})["key"]
    other = gateway.manage("POST", "/api/organizations", {"name": "Other"})["id"]
    assert gateway.request("GET", f"/api/organizations/{account.organization}/audit", key=key).status == 200
    assert gateway.request("GET", f"/api/organizations/{other}/audit", key=key).status == 404
    assert gateway.request("GET", f"/api/organizations/{other}/audit", key=account.key).status == 403


def audit_of(gateway, path):
    return pages_of(gateway, path, 200)


def test_every_movement_of_money_leaves_an_audit_entry_with_its_caller(gateway, account):
    other = gateway.new_account(None)
    below = f"/api/organizations/{account.organization}"
    purchase = gateway.manage("POST", f"{below}/purchases", {"amount": 3})["transaction_id"]
    gateway.manage("POST", f"{below}/purchases/{purchase}/confirm", {})
    gateway.manage("POST", f"{below}/transfers", {"to": other.organization, "amount": 2, "note": "moved"})
    gateway.manage("POST", f"{below}/adjustments", {"amount": -1})
    entries = audit_of(gateway, f"{below}/audit")
    assert [entry["action"] for entry in entries[:5]] == [
        "transaction.adjustment",
        "transaction.transfer",
        "transaction.confirm",
        "transaction.purchase",
        "transaction.grant",
    ]
    assert {(entry["actor"], entry["address"]) for entry in entries} == {("root", "127.0.0.1")}
    transactions = {row["id"] for row in gateway.manage("GET", f"{below}/transactions")["data"]}
    assert {entry["target"].removeprefix("transaction/") for entry in entries[:5]} == transactions
    transfer = entries[1]["documents"][0]
    assert transfer["before"] is None
    assert transfer["after"]["amount"] == -2_000_000_000 and transfer["after"]["note"] == "moved"
    assert entries[1] == audit_of(gateway, f"/api/organizations/{other.organization}/audit")[0]


def test_a_repeated_or_refused_movement_leaves_no_second_audit_entry(gateway, account):
    path = f"/api/organizations/{account.organization}/audit"
    for _ in range(2):
        gateway.grant(account, "1", **{"Idempotency-Key": "audited once"})
    refused = gateway.request(
        "POST", f"/api/organizations/{account.organization}/adjustments", key=gateway.root_key, json={"amount": 0}
    )
    assert refused.status == 400
    assert [entry["action"] for entry in audit_of(gateway, path)].count("transaction.grant") == 2  # that, and the first


def test_changes_go_on_after_movements_of_money_across_a_restart(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("5")
    path = f"/api/organizations/{account.organization}"
    gateway.grant(account, "1")
    gateway.kill()
    gateway.start()
    gateway.manage("PUT", f"{path}/llm", {"model": "test/chat"})
    entries = audit_of(gateway, f"{path}/audit")
    numbers = [entry["change"] for entry in entries]
    assert [entry["action"] for entry in entries[:2]] == ["llm.update", "transaction.grant"]
    assert numbers == sorted(set(numbers), reverse=True)


def test_the_making_of_the_root_key_is_in_the_audit_of_the_instance(start_gateway):
    gateway = start_gateway()
    gateway.new_account("5")
    [entry] = audit_of(gateway, "/api/audit")
    assert (entry["actor"], entry["target"]) == ("local", "root") and gateway.root_key not in str(entry)


def test_no_organizations_key_sees_the_audit_of_the_instance(gateway, account):
    path = f"/api/organizations/{account.organization}/keys"
    made = gateway.manage("POST", path, {"name": "m", "kind": "management"})["key"]
    for key in (account.key, made):
        assert gateway.request("GET", "/api/audit", key=key).status == 403


def test_a_full_last_page_of_the_audit_has_no_cursor(gateway, account):
    path = f"/api/organizations/{account.organization}/audit"
    count = len(gateway.manage("GET", path)["data"])
    assert gateway.manage("GET", f"{path}?limit={count}")["next_cursor"] is None
    assert gateway.manage("GET", f"{path}?limit={count - 1}")["next_cursor"] is not None
