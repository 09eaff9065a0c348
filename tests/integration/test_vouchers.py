"""Vouchers: made by the operator, redeemed once for an organization, stored without their codes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from support.pages import pages_of
from support.people import new_team, refusal_of
from support.waiting import eventually

UNKNOWN_CODE = "2345-6789-ABCD-EFGH"


def make(gateway, amount=5, **fields):
    return gateway.manage("POST", "/api/vouchers", {"amount": amount} | fields)["data"]


def code_of(gateway, **fields):
    [made] = make(gateway, **fields)
    return made["code"]


def redeem(team, code, person=None, **options):
    return team.ask(person or team.owner, "POST", "/vouchers/redeem", {"code": code}, **options)


def balance(team):
    return team.gateway.manage("GET", f"{team.path}/credits")["balance"]


def soon(**delta):
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()


def test_a_voucher_gives_its_credit_once(gateway, team):
    code = code_of(gateway)
    answer = redeem(team, code)
    assert answer.status == 201
    booked = answer.json()
    assert (booked["amount"], booked["balance"], booked["repeated"]) == (5, 5, False)
    again = redeem(team, code, team.admin).json()
    assert (again["transaction_id"], again["repeated"], again["balance"]) == (booked["transaction_id"], True, 5)
    assert refusal_of(redeem(new_team(gateway), code)) == (409, "voucher_used")
    [row] = gateway.manage("GET", f"{team.path}/transactions")["data"]
    assert (row["kind"], row["amount"], row["actor"]) == ("grant", 5, f"user:{team.owner.id}")
    assert row["id"] == booked["transaction_id"]


def test_64_uses_at_once_credit_once(gateway):
    teams = [new_team(gateway) for _ in range(4)]
    code = code_of(gateway, amount=3)
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda i: redeem(teams[i % 4], code), range(64)))
    booked = [answer.json() for answer in answers if answer.status in (200, 201)]
    assert sum(not one["repeated"] for one in booked) == 1
    assert len({one["transaction_id"] for one in booked}) == 1
    assert {refusal_of(answer) for answer in answers if answer.status not in (200, 201)} == {(409, "voucher_used")}
    assert sorted(balance(team) for team in teams) == [0, 0, 0, 3]


def test_codes_have_16_characters_that_nobody_mistakes(gateway):
    codes = [one["code"] for one in make(gateway, count=50)]
    assert len(set(codes)) == 50
    assert all(len(code) == 16 and not set(code) & set("01IO") for code in codes)


def test_a_code_is_taken_as_people_type_it(gateway, team):
    code = code_of(gateway)
    typed = " " + "-".join(code[i : i + 4] for i in range(0, 16, 4)).lower() + " "
    assert redeem(team, typed).status == 201


def test_a_member_redeems_nothing_and_a_foreign_organization_is_unknown(gateway, team):
    code = code_of(gateway)
    assert redeem(team, code, team.member).status == 403
    assert redeem(team, code, gateway.person()).status == 404
    assert redeem(team, code, team.admin).status == 201


def test_unknown_expired_and_voided_codes_have_one_answer(gateway):
    expiring, voided = make(gateway, expires_at=soon(seconds=1))[0], make(gateway)[0]
    gateway.manage("DELETE", f"/api/vouchers/{voided['id']}")
    until = datetime.now(UTC) + timedelta(seconds=1.2)
    while datetime.now(UTC) < until:
        gateway.manage("GET", f"/api/vouchers/{expiring['id']}")
    answers = [redeem(new_team(gateway), code) for code in (UNKNOWN_CODE, "no code", expiring["code"], voided["code"])]
    assert {refusal_of(answer) for answer in answers} == {(404, "voucher_invalid")}
    assert len({answer.body for answer in answers}) == 1


def test_a_caller_has_ten_wrong_codes_a_minute(gateway, team):
    good = code_of(gateway)
    assert [redeem(team, UNKNOWN_CODE).status for _ in range(10)] == [404] * 10
    limited = redeem(team, good)
    assert limited.status == 429 and 1 <= int(limited.header("retry-after")) <= 6
    assert balance(team) == 0
    assert redeem(team, good, team.admin).status == 201, "another caller waits for nobody"


def test_credit_of_a_voucher_may_expire(gateway, team):
    at = soon(days=30)
    redeem(team, code_of(gateway, credit_expires_at=at))
    [lot] = gateway.manage("GET", f"{team.path}/credit-lots")["data"]
    assert lot["source"] == "grant" and lot["expires_at"][:16] == at[:16]


def test_the_operator_sees_what_became_of_vouchers_and_never_a_code(gateway, team):
    batch = f"batch {team.organization}"
    made = make(gateway, count=3, batch=batch, note="for the fair")
    redeem(team, made[0]["code"])
    gateway.manage("DELETE", f"/api/vouchers/{made[1]['id']}")
    listed = gateway.manage("GET", f"/api/vouchers?batch={batch.replace(' ', '%20')}")["data"]
    assert {one["id"]: one["state"] for one in listed} == {
        made[0]["id"]: "used",
        made[1]["id"]: "voided",
        made[2]["id"]: "open",
    }
    used = gateway.manage("GET", f"/api/vouchers/{made[0]['id']}")
    assert (used["used_by_organization"], used["used_by"]) == (team.organization, f"user:{team.owner.id}")
    assert (used["note"], used["amount"], used["version"]) == ("for the fair", 5, 2)
    assert used["used_at"] and used["transaction_id"]
    assert "code" not in used
    [still] = gateway.manage("GET", f"/api/vouchers?state=open&batch={batch.replace(' ', '%20')}")["data"]
    assert still["id"] == made[2]["id"]


def test_vouchers_are_listed_in_pages(start_gateway):
    gateway = start_gateway()
    made = {one["id"] for one in make(gateway, count=5)}
    assert {one["id"] for one in pages_of(gateway, "/api/vouchers", 2)} == made


def test_a_used_voucher_is_not_voided_and_a_voided_one_stays(gateway, team):
    [used], [open_one] = make(gateway), make(gateway)
    redeem(team, used["code"])
    answer = gateway.request("DELETE", f"/api/vouchers/{used['id']}", key=gateway.root_key)
    assert refusal_of(answer) == (409, "voucher_used")
    for _ in range(2):
        assert gateway.manage("DELETE", f"/api/vouchers/{open_one['id']}") == {"voided": True}
    assert gateway.manage("GET", f"/api/vouchers/{open_one['id']}")["version"] == 2
    for unknown in ("0" * 64, "nonsense"):
        assert gateway.request("DELETE", f"/api/vouchers/{unknown}", key=gateway.root_key).status == 404


def test_a_repeated_creation_makes_no_more_and_shows_no_code(gateway):
    headers = {"Idempotency-Key": "vouchers-1"}
    [made] = gateway.manage("POST", "/api/vouchers", {"amount": 1}, headers=headers)["data"]
    again = gateway.request("POST", "/api/vouchers", key=gateway.root_key, json={"amount": 1}, headers=headers)
    assert again.status == 409 and made["code"] not in again.text


@pytest.mark.parametrize(
    "fields",
    [{"amount": 0}, {"amount": -1}, {}, {"amount": 1, "count": 0}, {"amount": 1, "count": 1001}]
    + [{"amount": 1, name: "2001-01-01T00:00:00Z"} for name in ("expires_at", "credit_expires_at")]
    + [{"amount": 1, "batch": "x" * 101}],
)
def test_what_is_no_voucher_is_400(gateway, fields):
    assert gateway.request("POST", "/api/vouchers", key=gateway.root_key, json=fields).status == 400


def test_people_make_no_vouchers(gateway, team):
    for path in ("/api/vouchers", f"/api/vouchers/{'0' * 64}"):
        assert gateway.request("GET", path, key=team.owner.token).status == 403
    assert gateway.request("POST", "/api/vouchers", key=team.owner.token, json={"amount": 1}).status == 403


def test_a_use_has_one_audit_entry_and_the_voucher_is_in_the_operators(gateway, team):
    [made] = make(gateway, note="only for the operator")
    redeem(team, made["code"])
    redeem(team, made["code"])
    [entry] = [one for one in gateway.manage("GET", f"{team.path}/audit")["data"] if one["action"] == "voucher.redeem"]
    assert entry["actor"] == f"user:{team.owner.id}"
    assert [one["document"].split("/")[0] for one in entry["documents"]] == ["transaction"]
    assert "only for the operator" not in str(entry)
    [operators] = [one for one in gateway.manage("GET", "/api/audit")["data"] if one["change"] == entry["change"]]
    assert operators["target"] == f"voucher/{made['id']}" and made["code"] not in str(operators)


def test_a_use_outlives_a_kill_and_the_code_is_nowhere(start_gateway):
    gateway = start_gateway()
    team = new_team(gateway)
    [used], [unused] = make(gateway), make(gateway)
    redeem(team, used["code"])
    gateway.kill()
    gateway.start()
    assert redeem(team, used["code"]).json()["repeated"] and balance(team) == 5
    assert redeem(team, unused["code"]).status == 201 and balance(team) == 10
    assert gateway.stop() == 0
    files = [file for file in gateway.directory.rglob("*") if file.is_file()]
    for made in (used, unused):
        assert not [file for file in files if made["code"].encode() in file.read_bytes()]


def test_an_expired_voucher_is_shown_as_expired(gateway):
    [made] = make(gateway, batch="late", expires_at=soon(seconds=1))
    path = "/api/vouchers?batch=late"
    eventually(lambda: gateway.manage("GET", path)["data"][0]["state"] == "expired")
    assert [one["id"] for one in gateway.manage("GET", f"{path}&state=expired")["data"]] == [made["id"]]
    assert gateway.manage("GET", f"{path}&state=open")["data"] == []
    assert gateway.manage("GET", f"/api/vouchers/{made['id']}")["state"] == "expired"
