"""Invitations: made, read, accepted, revoked, sent again; who may accept, and what fills the last seat."""

import threading
import uuid

import pytest

from support.pages import pages_of
from support.people import new_team, refusal_of
from support.waiting import eventually

NOBODY = "0191e0c8-0000-7000-8000-000000000000"


def address(name="guest"):
    return f"{name}-{uuid.uuid4().hex[:8]}@people.test"


def invite(team, by, json):
    return team.ask(by, "POST", "/invitations", json)


def pending(team):
    return pages_of(team.gateway, f"{team.path}/invitations", 100)


def read(team, token, key=None):
    return team.gateway.request("POST", "/api/invitations/lookup", key=key, json={"token": token})


def test_an_invited_person_joins_with_the_role_of_the_invitation(gateway, team):
    guest = gateway.person()
    invitation, token = team.invite(team.admin, guest.email, "admin")
    assert (invitation["email"], invitation["role"], invitation["state"]) == (guest.email, "admin", "pending")
    assert [one["id"] for one in pending(team)] == [invitation["id"]]
    accepted = team.accept(guest, token).json()
    assert accepted["organization"]["id"] == team.organization and accepted["role"] == "admin"
    assert team.role_of(guest) == "admin" and pending(team) == []
    assert gateway.request("GET", team.path, key=guest.token).status == 200


def test_an_invitation_is_used_once(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email)
    assert team.accept(guest, token).status == 200
    assert refusal_of(team.accept(guest, token)) == (409, "already_member")
    team.may(guest, "DELETE", f"/members/{guest.id}")
    assert refusal_of(team.accept(guest, token)) == (404, "invitation_invalid")


def test_row_1_reading_the_link_changes_nothing_and_says_who_is_signed_in(gateway, team):
    guest = gateway.person()
    invitation, token = team.invite(team.owner, guest.email)
    for key in (team.owner.token, None, guest.token):
        assert read(team, token, key).status == 200
    shown = read(team, token, key=team.owner.token).json()
    assert (shown["signed_in_as"], shown["signed_in_matches"]) == (team.owner.email, False)
    assert read(team, token).json()["signed_in_as"] is None
    shown = read(team, token, key=guest.token).json()
    assert (shown["signed_in_as"], shown["signed_in_matches"], shown["state"]) == (guest.email, True, "pending")
    assert shown["organization"]["name"] == "Team" and shown["role"] == "member"
    assert guest.email not in read(team, token).text
    assert team.accept(guest, token).status == 200
    assert invitation["id"] not in [one["id"] for one in pending(team)]


def test_row_1_the_inviter_cannot_use_it_up(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email)
    assert refusal_of(team.accept(team.owner, token))[0] in (403, 409)
    assert team.accept(guest, token).status == 200


def test_row_2_an_unverified_address_does_not_join(gateway, team):
    guest = gateway.person(verified=False)
    _, token = team.invite(team.owner, guest.email)
    assert refusal_of(team.accept(guest, token)) == (403, "email_not_verified")
    assert team.role_of(guest) is None
    gateway.manage("PATCH", f"/api/users/{guest.id}", {"email_verified": True})
    assert team.accept(guest, token).status == 200


def test_row_2_the_case_of_the_address_makes_no_difference(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email.upper())
    assert team.accept(guest, token).status == 200


def test_row_2_other_spellings_are_other_people(gateway, team):
    name, domain = address().split("@")
    _, token = team.invite(team.owner, f"{name}@{domain}")
    for other in (f"{name}+1@{domain}", f"{name[:1]}.{name[1:]}@{domain}"):
        assert refusal_of(team.accept(gateway.person(other), token)) == (403, "email_mismatch")


def test_without_a_token_of_ones_own_a_copied_link_makes_nobody(gateway, team):
    email = address()
    _, token = team.invite(team.owner, email)
    answer = gateway.request("POST", "/api/invitations/accept", json={"token": token})
    assert refusal_of(answer) == (403, "sign_in_needed")
    assert gateway.manage("GET", f"/api/users?email={email}")["data"] == [] and len(pending(team)) == 1


@pytest.mark.parametrize("role", ["admn", "", ["owner"], "owner,admin", "Owner", 5])
def test_row_3_an_odd_role_is_400_and_stores_nothing(team, role):
    answer = invite(team, team.owner, {"email": address(), "role": role})
    assert answer.status == 400 and "role" in answer.error["message"] and pending(team) == []


@pytest.mark.parametrize("role", [{"role": "developer"}, {"role": None}, {}])
def test_row_3_a_developer_and_no_role_are_a_member(team, role):
    made = invite(team, team.owner, {"email": address()} | role)
    assert made.status == 201 and made.json()["data"][0]["invitation"]["role"] == "member"


def test_row_4_the_second_invitation_replaces_the_first(gateway, team):
    guest = gateway.person()
    _, first = team.invite(team.owner, guest.email)
    _, second = team.invite(team.owner, guest.email.upper(), "admin")
    assert [one["role"] for one in pending(team)] == ["admin"]
    assert refusal_of(team.accept(guest, first)) == (404, "invitation_invalid")
    assert team.accept(guest, second).status == 200 and team.role_of(guest) == "admin"


def test_row_4_a_person_added_by_another_door_closes_the_invitation(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email)
    gateway.manage("POST", f"{team.path}/members", {"user_id": guest.id})
    assert pending(team) == []
    assert refusal_of(team.accept(guest, token)) == (409, "already_member")


def test_row_4_a_member_is_not_invited(team):
    answer = invite(team, team.owner, {"email": team.member.email.upper()})
    assert refusal_of(answer) == (409, "already_member")


def test_row_5_inviting_needs_no_credit(gateway, team):
    assert gateway.manage("GET", f"{team.path}/credits")["balance"] == 0
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email, "admin")
    assert team.accept(guest, token).status == 200


def test_several_people_are_invited_at_once_and_each_gets_an_answer(team):
    one, other = address(), address()
    emails = [one, team.member.email, "nonsense", other, one.upper()]
    made = invite(team, team.owner, {"emails": emails}).json()
    assert [row["invitation"]["email"] for row in made["data"]] == [one, other]
    assert [row["email"] for row in made["failed"]] == [team.member.email, "nonsense", one.upper()]
    assert made["failed"][0]["code"] == "already_member" and made["failed"][1]["message"]
    assert {row["email"] for row in pending(team)} == {one, other}


def test_row_6_of_many_invited_at_once_one_gets_the_last_seat(team):
    for _ in range(6):
        team.invite(team.owner, address())  # with the three members, nine of ten
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(invite(team, team.owner, {"email": address()})))
        for _ in range(32)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    made = [answer for answer in answers if answer.status == 201]
    refused = [answer for answer in answers if answer.status != 201]
    assert len(made) == 1 and {refusal_of(answer) for answer in refused} == {(409, "limit_reached")}
    assert "10" in refused[0].error["message"] and len(pending(team)) == 7


def test_row_6_a_batch_fills_what_is_left_and_names_the_rest(team):
    made = invite(team, team.owner, {"emails": [address() for _ in range(9)]}).json()
    assert len(made["data"]) == 7 and [row["code"] for row in made["failed"]] == ["limit_reached"] * 2


def test_row_7_the_invitations_that_filled_the_house_are_accepted(gateway, team):
    guests = [gateway.person() for _ in range(7)]
    links = [team.invite(team.owner, guest.email)[1] for guest in guests]
    assert refusal_of(invite(team, team.owner, {"email": address()})) == (409, "limit_reached")
    assert [team.accept(guest, link).status for guest, link in zip(guests, links)] == [200] * 7
    assert refusal_of(invite(team, team.owner, {"email": address()})) == (409, "limit_reached")


def test_row_8_nobody_is_added_to_a_full_house_unless_the_operator_says_so(gateway, team):
    invite(team, team.owner, {"emails": [address() for _ in range(7)]})
    body = {"user_id": gateway.person().id}
    path = f"{team.path}/members"
    assert refusal_of(gateway.request("POST", path, key=gateway.root_key, json=body)) == (409, "limit_reached")
    gateway.manage("POST", path, body | {"over_limit": True})
    assert len(team.members()) == 4


@pytest.mark.parametrize("emails", [[], "a@b.test", [5], [f"{number}@people.test" for number in range(51)]])
def test_an_odd_list_of_addresses_is_400(team, emails):
    answer = invite(team, team.owner, {"emails": emails})
    assert answer.status == 400 and "emails" in answer.error["message"] and pending(team) == []


def test_an_invitation_for_nobody_or_for_two_ways_is_400(team):
    assert invite(team, team.owner, {"role": "member"}).status == 400
    assert invite(team, team.owner, {"email": address(), "emails": [address()]}).status == 400


def test_an_admin_invites_no_owner_and_a_member_nobody(team):
    assert refusal_of(invite(team, team.admin, {"email": address(), "role": "owner"})) == (403, "owner_only")
    assert invite(team, team.member, {"email": address()}).status == 403
    assert invite(team, team.owner, {"email": address(), "role": "owner"}).status == 201


def test_nobody_is_invited_to_a_personal_organization(gateway, team):
    path = f"/api/organizations/{team.owner.organization}/invitations"
    answer = gateway.request("POST", path, key=team.owner.token, json={"email": address()})
    assert refusal_of(answer) == (409, "personal_organization")


def test_a_revoked_invitation_is_gone(gateway, team):
    guest = gateway.person()
    invitation, token = team.invite(team.owner, guest.email)
    assert team.may(team.admin, "DELETE", f"/invitations/{invitation['id']}") == {"revoked": True}
    assert refusal_of(team.accept(guest, token)) == (404, "invitation_invalid")
    assert read(team, token).status == 404 and pending(team) == []
    assert team.ask(team.admin, "DELETE", f"/invitations/{invitation['id']}").status == 404


def test_an_invitation_sent_again_has_a_new_link_and_new_time(gateway, team):
    guest = gateway.person()
    invitation, old = team.invite(team.owner, guest.email)
    again = team.may(team.owner, "POST", f"/invitations/{invitation['id']}/resend")
    new = again["link"].rpartition("token=")[2]
    assert new != old and again["invitation"]["expires_at"] >= invitation["expires_at"]
    assert refusal_of(team.accept(guest, old)) == (404, "invitation_invalid")
    assert team.accept(guest, new).status == 200


def test_an_invitation_is_shown_without_its_link(team):
    invitation, token = team.invite(team.owner, address())
    shown = team.ask(team.owner, "GET", f"/invitations/{invitation['id']}")
    assert shown.json() == invitation and token not in shown.text
    assert token not in team.ask(team.owner, "GET", "/invitations").text


def test_the_links_are_nowhere_in_the_audit(gateway, team):
    _, token = team.invite(team.owner, address())
    entry = gateway.request("GET", f"{team.path}/audit?limit=1", key=gateway.root_key)
    assert entry.json()["data"][0]["action"] == "invitation.create" and token not in entry.text


def test_my_invitations_are_those_of_my_verified_address(gateway, team):
    guest = gateway.person(verified=False)
    invitation, _ = team.invite(team.owner, guest.email)

    def mine():
        return gateway.request("GET", "/api/me/invitations", key=guest.token).json()["data"]

    assert mine() == []
    gateway.manage("PATCH", f"/api/users/{guest.id}", {"email_verified": True})
    assert [one["id"] for one in mine()] == [invitation["id"]]


def test_row_23_an_invitation_of_another_organization_is_unknown(gateway, team):
    other = new_team(gateway)
    foreign, _ = other.invite(other.owner, address())
    for identifier in (foreign["id"], NOBODY, "nonsense"):
        for method, below in (("GET", ""), ("DELETE", ""), ("POST", "/resend")):
            assert team.ask(team.owner, method, f"/invitations/{identifier}{below}").status == 404
    assert len(pending(other)) == 1


def test_the_link_leads_to_a_page_and_is_a_path_where_no_public_url_is_known(team):
    made = team.may(team.owner, "POST", "/invitations", {"email": address()})["data"][0]
    assert made["link"].startswith("/#/invitation?token=tg-inv-")


def test_the_token_of_a_link_is_in_no_log(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email)
    assert read(team, token, guest.token).status == 200 and team.accept(guest, token).status == 200
    assert read(team, token, guest.token).status == 200
    eventually(lambda: gateway.access_log.read_text().count("invitation_link") >= 2)
    assert token not in gateway.access_log.read_text() + gateway.log_file.read_text()


@pytest.mark.parametrize("token", ["tg-inv-unknown", "x", "%00", "a" * 200])
def test_an_unknown_link_is_404(gateway, team, token):
    assert read(team, token).status == 404
    accepted = team.accept(team.member, token)
    assert refusal_of(accepted) == (404, "invitation_invalid")


def test_accepting_with_a_broken_key_is_401_and_uses_nothing_up(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email)
    answer = gateway.request("POST", "/api/invitations/accept", key="sk-tg-user-wrong", json={"token": token})
    assert answer.status == 401 and team.accept(guest, token).status == 200


def test_a_large_body_to_accept_is_refused_unread(gateway):
    answer = gateway.request("POST", "/api/invitations/accept", json={"token": "x" * 20_000})
    assert answer.status == 413


def test_two_accept_at_once_and_one_membership_is_made(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email)
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(team.accept(guest, token).status)) for _ in range(8)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(statuses) == [200] + [409] * 7
    assert [one["user_id"] for one in team.members()].count(guest.id) == 1


def test_making_one_again_with_the_same_idempotency_key_makes_no_second(team):
    body, headers = {"email": address()}, {"Idempotency-Key": uuid.uuid4().hex}
    first = team.ask(team.owner, "POST", "/invitations", body, headers=headers)
    second = team.ask(team.owner, "POST", "/invitations", body, headers=headers)
    assert first.status == 201 and second.status == 409 and len(pending(team)) == 1


def test_who_was_removed_cannot_come_back_by_the_old_link(gateway, team):
    guest = gateway.person()
    _, token = team.invite(team.owner, guest.email)
    team.accept(guest, token)
    team.may(team.owner, "DELETE", f"/members/{guest.id}")
    assert refusal_of(team.accept(guest, token)) == (404, "invitation_invalid")
    assert team.role_of(guest) is None


def test_one_address_does_not_call_without_a_key_all_the_time(start_gateway):
    gateway = start_gateway(workers=1)
    root = gateway.root_key
    none = {"token": "none"}
    answers = [gateway.request("POST", "/api/invitations/lookup", json=none) for _ in range(70)]
    assert [answer.status for answer in answers] == [404] * 60 + [429] * 10
    assert answers[-1].header("retry-after") == "60"
    again = gateway.request("POST", "/api/invitations/lookup", key=root, json=none)
    assert again.status == 404, "with a key it is somebody"


LOSSES = {
    "removed": lambda gateway, team, person: team.may(team.owner, "DELETE", f"/members/{person.id}"),
    "demoted": lambda gateway, team, person: team.may(team.owner, "PATCH", f"/members/{person.id}", {"role": "member"}),
    "suspended": lambda gateway, team, person: team.may(
        team.owner, "PATCH", f"/members/{person.id}", {"status": "suspended"}
    ),
    "suspended everywhere": lambda gateway, team, person: gateway.manage(
        "PATCH", f"/api/users/{person.id}", {"status": "suspended"}
    ),
    "deleted": lambda gateway, team, person: gateway.manage("DELETE", f"/api/users/{person.id}"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_an_admin_invited_to_is_revoked_with_the_right_to(gateway, team, loss):
    second_address, kept = gateway.person(), gateway.person()
    _, token = team.invite(team.admin, second_address.email, "admin")
    _, of_the_owner = team.invite(team.owner, kept.email)
    LOSSES[loss](gateway, team, team.admin)
    assert [one["email"] for one in pending(team)] == [kept.email]
    assert refusal_of(team.accept(second_address, token)) == (404, "invitation_invalid")
    assert team.role_of(second_address) is None
    assert team.accept(kept, of_the_owner).status == 200


def test_an_owner_who_becomes_an_admin_keeps_the_invitations_that_an_admin_may_make(gateway, team):
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"role": "owner"})
    owner_to_be, member_to_be = gateway.person(), gateway.person()
    _, of_an_owner = team.invite(team.admin, owner_to_be.email, "owner")
    _, of_a_member = team.invite(team.admin, member_to_be.email)
    team.may(team.owner, "PATCH", f"/members/{team.admin.id}", {"role": "admin"})
    assert refusal_of(team.accept(owner_to_be, of_an_owner)) == (404, "invitation_invalid")
    assert team.accept(member_to_be, of_a_member).status == 200
