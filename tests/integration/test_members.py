"""Members of an organization: who sees them, who changes whom, leaving, removal, and the last owner."""

import threading
import uuid

import pytest

from support.chat import chat
from support.pages import pages_of
from support.people import new_team, refusal_of

NOBODY = "0191e0c8-0000-7000-8000-000000000000"


def set_role(team, by, whom, role, **options):
    return team.ask(by, "PATCH", f"/members/{whom.id}", {"role": role}, **options)


def test_every_role_sees_the_members(team):
    for person in (team.owner, team.admin, team.member):
        listed = team.may(person, "GET", "/members")["data"]
        assert {(one["user_id"], one["role"]) for one in listed} == {
            (team.owner.id, "owner"),
            (team.admin.id, "admin"),
            (team.member.id, "member"),
        }
        assert {one["status"] for one in listed} == {"active"} and all(one["joined_at"] for one in listed)


def test_members_are_listed_in_pages_and_filtered(gateway, team):
    assert len(pages_of(gateway, f"{team.path}/members", 2)) == 3
    [admin] = team.may(team.owner, "GET", f"/members?email={team.admin.email.upper()[:8]}")["data"]
    assert admin["user_id"] == team.admin.id and admin["email"] == team.admin.email
    assert [one["role"] for one in team.may(team.owner, "GET", "/members?role=member")["data"]] == ["member"]
    assert team.may(team.owner, "GET", "/members?status=suspended")["data"] == []
    assert team.may(team.member, "GET", "/members/count") == 3
    assert team.may(team.member, "GET", f"/members/count?email={team.owner.email}") == 1


def test_limits_of_others_are_seen_by_those_who_set_them(team):
    for person, sees in ((team.owner, 3), (team.admin, 3), (team.member, 1)):
        listed = team.may(person, "GET", "/members")["data"]
        with_limits = {one["user_id"] for one in listed if one["limits"] is not None}
        assert len(with_limits) == sees and person.id in with_limits


def test_one_member_is_shown(team):
    shown = team.may(team.member, "GET", f"/members/{team.owner.id}")
    assert (shown["email"], shown["role"], shown["status"]) == (team.owner.email, "owner", "active")


def test_what_i_may_is_shown_with_my_role(team):
    shown = team.may(team.member, "GET", "/me")
    assert (shown["org_id"], shown["user_id"], shown["role"]) == (team.organization, team.member.id, "member")
    assert "see_members" in shown["permissions"] and "manage_members" not in shown["permissions"]
    assert "manage_members" in team.may(team.admin, "GET", "/me")["permissions"]
    assert shown["permissions"] == sorted(shown["permissions"])


def test_a_role_is_changed_by_owner_and_admin_and_never_by_a_member(team):
    assert set_role(team, team.admin, team.member, "admin").json()["role"] == "admin"
    assert set_role(team, team.owner, team.member, "member").json()["role"] == "member"
    assert set_role(team, team.member, team.admin, "member").status == 403
    assert set_role(team, team.member, team.member, "admin").status == 403
    assert team.role_of(team.member) == "member"


def test_a_new_right_is_there_on_the_next_request(gateway, team):
    connections = [gateway.connect() for _ in range(8)]
    path = f"{team.path}/invitations"
    for role, status in (("admin", 200), ("member", 403)):
        set_role(team, team.owner, team.member, role)
        for connection in connections:
            connection.send(gateway.bytes_of("GET", path, key=team.member.token))
            assert connection.read_answer().status == status
    for connection in connections:
        connection.close()


def test_row_10_an_admin_touches_no_owner(gateway, team):
    below = f"/members/{team.owner.id}"
    for method, path, body in (
        ("PATCH", below, {"role": "member"}),
        ("PATCH", below, {"status": "suspended"}),
        ("DELETE", below, None),
        ("PUT", f"{below}/limits", {"limit": 0}),
        ("PATCH", f"{below}/limits", {"limit": 0}),
        ("PATCH", f"/members/{team.admin.id}", {"role": "owner"}),
        ("PATCH", f"/members/{team.member.id}", {"role": "owner"}),
    ):
        assert refusal_of(team.ask(team.admin, method, path, body)) == (403, "owner_only"), (method, path, body)
    assert [team.role_of(one) for one in (team.owner, team.admin, team.member)] == ["owner", "admin", "member"]
    assert gateway.manage("GET", f"{team.path}{below}/limits")["limit"] is None


def test_an_owner_makes_another_owner(team):
    assert set_role(team, team.owner, team.admin, "owner").status == 200
    assert team.role_of(team.admin) == "owner"


@pytest.mark.parametrize("role", ["admn", "", "Owner", "owner,admin", ["owner"], 5])
def test_an_odd_role_is_400_and_changes_nothing(team, role):
    answer = set_role(team, team.owner, team.member, role)
    assert answer.status == 400 and "role" in answer.error["message"]
    assert team.role_of(team.member) == "member"


def test_a_developer_is_a_member(team):
    assert set_role(team, team.owner, team.admin, "developer").json()["role"] == "member"


def test_the_same_role_again_is_no_change(gateway, team):
    before = team.may(team.owner, "GET", f"/members/{team.member.id}")
    entries = gateway.manage("GET", f"{team.path}/audit?limit=200")["data"]
    assert set_role(team, team.owner, team.member, "member").json()["version"] == before["version"]
    assert team.ask(team.owner, "PATCH", f"/members/{team.member.id}", {}).status == 200
    assert gateway.manage("GET", f"{team.path}/audit?limit=200")["data"] == entries


def test_a_change_of_an_older_version_is_412(team):
    path = f"/members/{team.member.id}"
    tag = team.ask(team.owner, "GET", path).header("etag")
    set_role(team, team.owner, team.member, "admin")
    late = team.ask(team.owner, "PATCH", path, {"role": "owner"}, headers={"If-Match": tag})
    assert late.status == 412 and team.role_of(team.member) == "admin"


# --- the last owner


def test_row_11_one_of_two_owners_steps_down_and_leaves(team):
    set_role(team, team.owner, team.admin, "owner")
    assert set_role(team, team.owner, team.owner, "member").json()["role"] == "member"
    assert team.may(team.owner, "DELETE", f"/members/{team.owner.id}")["removed"] is True
    assert team.role_of(team.owner) is None


@pytest.mark.parametrize("body", [{"role": "admin"}, {"role": "member"}, {"status": "suspended"}])
def test_row_12_the_last_owner_keeps_the_role_whatever_the_number_of_members(team, body):
    lonely = f"/api/organizations/{team.owner.organization}/members/{team.owner.id}"
    for path in (f"{team.path}/members/{team.owner.id}", lonely):
        answer = team.gateway.request("PATCH", path, key=team.owner.token, json=body)
        assert refusal_of(answer) == (409, "last_owner")
    by_operator = team.gateway.request("PATCH", lonely, key=team.gateway.root_key, json=body)
    assert refusal_of(by_operator) == (409, "last_owner")


def test_row_12_the_last_owner_neither_leaves_nor_is_removed(team):
    path = f"/members/{team.owner.id}"
    assert refusal_of(team.ask(team.owner, "DELETE", path)) == (409, "last_owner")
    answer = team.gateway.request("DELETE", team.path + path, key=team.gateway.root_key)
    assert refusal_of(answer) == (409, "last_owner")


def test_a_suspended_owner_does_not_count(team):
    set_role(team, team.owner, team.admin, "owner")
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"status": "suspended"})
    assert refusal_of(team.ask(team.owner, "DELETE", f"/members/{team.owner.id}")) == (409, "last_owner")


def test_row_13_of_two_owners_who_leave_at_once_exactly_one_goes(gateway):
    team = new_team(gateway)
    for _ in range(40):
        set_role(team, team.owner, team.admin, "owner")
        statuses, gate = [], threading.Barrier(2)

        def leave(person, statuses=statuses, gate=gate):
            gate.wait()
            statuses.append((team.ask(person, "DELETE", f"/members/{person.id}").status, person))

        threads = [threading.Thread(target=leave, args=[person]) for person in (team.owner, team.admin)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        by_status = dict(statuses)
        assert sorted(by_status) == [200, 409]
        gone = by_status[200]
        added = {"user_id": gone.id, "role": "owner"}
        gateway.manage("POST", f"{team.path}/members", added)


# --- leaving and removal


def key_of(team, person, **fields):
    return team.gateway.manage("POST", f"{team.path}/keys", {"name": "hers", "creator_user_id": person.id} | fields)


def test_row_26_what_a_removed_person_made_works_no_more(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    keys = [key_of(team, team.member), key_of(team, team.member, kind="management")]
    connections = [gateway.connect() for _ in range(8)]
    for connection in connections:
        connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=keys[0]["key"], json=chat()))
        assert connection.read_answer().status == 200
    removed = team.may(team.owner, "DELETE", f"/members/{team.member.id}")
    assert removed == {"removed": True, "keys_disabled": 2}
    for connection in connections:
        with connection:
            connection.send(gateway.bytes_of("POST", "/v1/chat/completions", key=keys[0]["key"], json=chat()))
            assert connection.read_answer().status == 401
            connection.send(gateway.bytes_of("GET", f"{team.path}/members", key=team.member.token))
            assert connection.read_answer().status == 404
    for key in keys:
        assert gateway.manage("GET", f"{team.path}/keys/{key['data']['hash']}")["data"]["disabled"] is True


def test_keys_of_others_are_not_touched_by_a_removal(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    kept = key_of(team, team.admin)
    team.may(team.owner, "DELETE", f"/members/{team.member.id}")
    assert gateway.request("POST", "/v1/chat/completions", key=kept["key"], json=chat()).status == 200


def test_a_member_leaves_and_the_personal_organization_stays(gateway, team):
    left = team.may(team.member, "DELETE", f"/members/{team.member.id}")
    assert left["removed"] is True
    own = gateway.request("GET", f"/api/organizations/{team.member.organization}", key=team.member.token)
    assert own.status == 200 and team.ask(team.member, "GET").status == 404


def test_a_member_removes_nobody_else(team):
    assert team.ask(team.member, "DELETE", f"/members/{team.admin.id}").status == 403


def test_a_suspended_member_is_told_so(team):
    team.may(team.admin, "PATCH", f"/members/{team.member.id}", {"status": "suspended"})
    for below in ("", "/members", "/keys"):
        answer = team.ask(team.member, "GET", below)
        assert refusal_of(answer) == (403, "member_suspended") and "suspended" in answer.error["message"]


def test_a_suspended_member_is_refused_and_comes_back(team):
    path = f"/members/{team.member.id}"
    team.may(team.admin, "PATCH", path, {"status": "suspended"})
    assert team.ask(team.member, "GET").status == 403
    team.may(team.admin, "PATCH", path, {"status": "active"})
    assert team.ask(team.member, "GET").status == 200


def test_who_comes_back_gets_nothing_of_before(gateway, team):
    path = f"{team.path}/members/{team.member.id}"
    gateway.manage("PUT", f"{path}/limits", {"limit": 3})
    gateway.manage("DELETE", path)
    gateway.manage("POST", f"{team.path}/members", {"user_id": team.member.id, "role": "member"})
    assert gateway.manage("GET", f"{path}/limits")["limit"] is None


# --- adding by the operator


def test_the_operator_adds_by_id_or_address_and_a_second_time_is_409(gateway, team):
    ann, bob = gateway.person(), gateway.person()
    added = gateway.manage("POST", f"{team.path}/members", {"user_id": ann.id, "role": "admin"})
    assert (added["user_id"], added["role"]) == (ann.id, "admin")
    gateway.manage("POST", f"{team.path}/members", {"email": bob.email.upper()})
    assert team.role_of(bob) == "member"
    again = gateway.request("POST", f"{team.path}/members", key=gateway.root_key, json={"user_id": ann.id})
    assert refusal_of(again) == (409, "already_member")


def test_nobody_but_the_operator_adds_without_an_invitation(gateway, team):
    answer = team.ask(team.owner, "POST", "/members", {"user_id": gateway.person().id, "role": "member"})
    assert answer.status == 403


@pytest.mark.parametrize("body", [{}, {"user_id": NOBODY}, {"email": "nobody@nowhere.test"}, {"user_id": "x"}])
def test_adding_nobody_fails(gateway, team, body):
    answer = gateway.request("POST", f"{team.path}/members", key=gateway.root_key, json=body)
    assert answer.status in (400, 404) and len(team.members()) == 3


def test_nobody_joins_a_personal_organization(gateway, team):
    path = f"/api/organizations/{team.owner.organization}/members"
    answer = gateway.request("POST", path, key=gateway.root_key, json={"user_id": team.member.id})
    assert refusal_of(answer) == (409, "personal_organization")


# --- the wall


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_row_23_a_member_of_another_organization_is_unknown_under_this_one(gateway, team, method):
    other = new_team(gateway)
    body = {"role": "member"} if method == "PATCH" else None
    for person in (other.member.id, NOBODY, "nonsense", str(uuid.uuid4())):
        assert team.ask(team.owner, method, f"/members/{person}", body).status == 404
    assert other.role_of(other.member) == "member"


def test_limits_of_one_who_is_no_member_are_404(gateway, team):
    outsider = gateway.person()
    for method, body in (("GET", None), ("PUT", {"limit": 1}), ("PATCH", {"limit": 1})):
        answer = gateway.request(method, f"{team.path}/members/{outsider.id}/limits", key=gateway.root_key, json=body)
        assert answer.status == 404


def test_a_key_is_not_made_for_one_who_is_no_member(gateway, team):
    body = {"name": "k", "creator_user_id": gateway.person().id}
    answer = gateway.request("POST", f"{team.path}/keys", key=gateway.root_key, json=body)
    assert answer.status == 400 and "creator_user_id" in answer.error["message"]


def test_a_members_limit_binds_what_that_members_keys_spend(gateway, team):
    gateway.manage("POST", f"{team.path}/credits", {"amount": 1})
    key = key_of(team, team.member)["key"]
    assert gateway.request("POST", "/v1/chat/completions", key=key, json=chat()).status == 200
    team.may(team.admin, "PUT", f"/members/{team.member.id}/limits", {"limit": 0})
    refused = gateway.request("POST", "/v1/chat/completions", key=key, json=chat())
    assert refused.status == 402 and refused.error["scope"] == "member"


# --- what is written down


def entries_of(team):
    return pages_of(team.gateway, f"{team.path}/audit", 200)


def test_row_56_every_change_leaves_one_entry_and_a_refused_one_none(gateway, team):
    guest = gateway.person()
    invitation, _ = team.invite(team.owner, guest.email)
    below = f"/invitations/{invitation['id']}"
    member = f"/members/{team.member.id}"
    for action, person, method, path, body in (
        ("invitation.resend", team.admin, "POST", f"{below}/resend", None),
        ("invitation.revoke", team.admin, "DELETE", below, None),
        ("member.update", team.owner, "PATCH", member, {"role": "admin"}),
        ("limits.update", team.owner, "PUT", f"{member}/limits", {"limit": 1}),
        ("member.remove", team.owner, "DELETE", member, None),
    ):
        before = entries_of(team)
        outsider = gateway.request(method, team.path + path, key=guest.token, json=body)
        assert outsider.status == 404 and entries_of(team) == before
        team.may(person, method, path, body)
        [made, *older] = entries_of(team)
        assert older == before and (made["action"], made["actor"]) == (action, f"user:{person.id}"), action


def test_row_59_the_same_idempotency_key_of_two_people_is_two_calls(team):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    made = [
        team.ask(person, "POST", "/projects", {"name": person.id}, headers=headers).json()["id"]
        for person in (team.owner, team.admin, team.owner)
    ]
    assert made[0] == made[2] != made[1]
