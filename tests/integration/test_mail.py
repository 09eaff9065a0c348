"""Mail to people: verification, registration and invitations, by a drop folder."""

import os
import stat
import time
import uuid

import pytest

from support.http_client import request_bytes
from support.mail import DropFolder, links_in, mail_config, token_in
from support.people import new_team, refusal_of
from support.processes import Gateway
from support.waiting import eventually


def address(name="guest"):
    return f"{name}-{uuid.uuid4().hex[:8]}@people.test"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return DropFolder(tmp_path_factory.mktemp("mail"))


@pytest.fixture(scope="module")
def post(tmp_path_factory, providers, folder):
    """A gateway that drops its mail into a folder, and where everybody may register."""
    config = mail_config({"drop_folder": str(folder.path)}, registration="open")
    running = Gateway(tmp_path_factory.mktemp("post"), providers, workers=1, **config)
    running.start()
    yield running
    assert running.stop() == 0


def ask_for_verification(gateway, person):
    return gateway.request("POST", "/api/me/verification", key=person.token)


def register(gateway, email, name="Ann", anonymous=False):
    """With a key, unless told otherwise: calls without one are counted."""
    key = None if anonymous else gateway.root_key
    return gateway.request("POST", "/api/registrations", key=key, json={"email": email, "name": name})


def confirm(gateway, token, key=None, anonymous=False):
    key = None if anonymous else key or gateway.root_key
    return gateway.request("POST", "/api/verifications/confirm", key=key, json={"token": token})


def read(gateway, token, key=None):
    return gateway.request("POST", "/api/verifications/lookup", key=key, json={"token": token})


def mails_to(gateway, email):
    return [one for one in gateway.manage("GET", "/api/mail?limit=1000")["data"] if one["to"] == email]


# --- Verification


def test_a_person_proves_an_address_by_the_mailed_link(post, folder):
    ann = post.person(address(), verified=False)
    asked = ask_for_verification(post, ann)
    assert (asked.status, asked.json()) == (202, {"sent_to": ann.email})
    token = token_in(folder.one(ann.email))
    confirmed = confirm(post, token, ann.token).json()
    assert confirmed["user"]["email_verified"] and "personal_token" not in confirmed
    assert refusal_of(confirm(post, token, ann.token)) == (404, "verification_invalid")
    assert refusal_of(ask_for_verification(post, ann)) == (409, "already_verified")


def test_row_1_reading_the_link_changes_nothing_and_says_who_is_signed_in(post, folder):
    ann, eve = post.person(address(), verified=False), post.person()
    ask_for_verification(post, ann)
    token = token_in(folder.one(ann.email))
    for key in (None, ann.token, eve.token):
        assert read(post, token, key).status == 200
    shown = read(post, token, key=eve.token).json()
    assert (shown["kind"], shown["signed_in_as"], shown["signed_in_matches"]) == ("verification", eve.email, False)
    assert read(post, token, key=ann.token).json()["signed_in_matches"] and ann.email not in read(post, token).text
    assert confirm(post, token, ann.token).status == 200


def test_whoever_was_only_sent_the_mail_lends_his_address_to_nobody(post, folder):
    """An account that was opened with somebody else's address is not verified by that person's click."""
    eve = post.person(address("victim"), verified=False)
    ask_for_verification(post, eve)
    token = token_in(folder.one(eve.email))
    assert refusal_of(confirm(post, token, anonymous=True)) == (403, "sign_in_needed")
    assert refusal_of(confirm(post, token, post.person().token)) == (403, "email_mismatch")
    assert not post.request("GET", "/api/me", key=eve.token).json()["user"]["email_verified"]


def test_a_link_for_an_address_that_was_changed_since_proves_nothing(post, folder):
    ann = post.person(address(), verified=False)
    ask_for_verification(post, ann)
    token = token_in(folder.one(ann.email))
    post.manage("PATCH", f"/api/users/{ann.id}", {"email": address("other")})
    assert refusal_of(confirm(post, token, ann.token)) == (404, "verification_invalid")


def test_the_newest_of_several_links_is_good_and_there_are_not_too_many(post, folder):
    ann = post.person(address(), verified=False)
    for count in range(1, 6):
        assert ask_for_verification(post, ann).status == 202
        folder.one(ann.email, count)
    assert ask_for_verification(post, ann).status == 429
    assert confirm(post, token_in(folder.one(ann.email, 5)), ann.token).status == 200


def test_what_became_of_mail_is_counted(post, folder):
    before = post.metrics().sum("tollgate_mails_sent_total")
    ann = post.person(address(), verified=False)
    ask_for_verification(post, ann)
    folder.one(ann.email)
    eventually(lambda: post.metrics().sum("tollgate_mails_sent_total") == before + 1)
    assert post.metrics().sum("tollgate_mails_failed_total") == 0
    assert post.metrics().sum("tollgate_mails_waiting") >= 0


def test_a_wrong_token_is_404(post):
    assert refusal_of(read(post, "tg-mail-nonsense")) == (404, "verification_invalid")
    assert refusal_of(confirm(post, "tg-mail-nonsense")) == (404, "verification_invalid")


def test_without_mail_it_is_said(gateway):
    ann = gateway.person(verified=False)
    assert refusal_of(ask_for_verification(gateway, ann)) == (409, "no_mail")
    assert refusal_of(register(gateway, address())) == (403, "registration_closed")


# --- Registration


def test_somebody_registers_and_gets_an_account_with_a_token(post, folder):
    email = address()
    assert register(post, email.upper(), "Ann Lee", anonymous=True).status == 202
    token = token_in(folder.one(email))
    assert read(post, token).json()["kind"] == "registration"
    assert post.manage("GET", f"/api/users?email={email}")["data"] == [], "asking makes nobody"
    made = confirm(post, token, anonymous=True).json()
    assert (made["user"]["name"], made["user"]["email_verified"]) == ("Ann Lee", True)
    me = post.request("GET", "/api/me", key=made["personal_token"]).json()
    assert me["user"]["email"] == email and [one["kind"] for one in me["organizations"]] == ["personal"]
    assert refusal_of(confirm(post, token)) == (404, "verification_invalid")


def test_nobody_learns_whether_an_address_has_an_account(post, folder):
    ann, unknown = post.person(address()), address()
    known, new = register(post, ann.email), register(post, unknown)
    assert known.status == new.status == 202
    assert known.text.replace(ann.email, "") == new.text.replace(unknown, "")
    assert sorted(dict(known.headers)) == sorted(dict(new.headers))
    letter = folder.one(ann.email).get_content()
    assert "There is one already" in letter and "tg-mail-" not in letter
    assert links_in(folder.one(ann.email)) == ["https://gateway.test/#/sign-in", "https://gateway.test/#/reset"]
    assert token_in(folder.one(unknown))


def test_an_address_gets_so_much_mail_and_the_answer_does_not_say_so(post, folder):
    email = address()
    answers = [register(post, email) for _ in range(7)]
    assert {answer.status for answer in answers} == {202}
    eventually(lambda: all(one["state"] != "waiting" for one in mails_to(post, email)))
    assert len(mails_to(post, email)) == 5


def test_an_account_that_was_made_meanwhile_is_not_taken_over(post, folder):
    email = address()
    register(post, email)
    token = token_in(folder.one(email))
    post.person(email)
    assert refusal_of(confirm(post, token)) == (409, "email_taken")


def test_only_listed_domains_register(start_gateway, tmp_path):
    folder = DropFolder(tmp_path / "mail")
    config = mail_config(
        {"drop_folder": str(folder.path)}, registration="domains", registration_domains=["people.test"]
    )
    gateway = start_gateway(**config)
    for outside in ("ann@evil.test", "ann@sub.people.test", "ann@people.test.evil.test", "ann@eviltpeople.test"):
        assert refusal_of(register(gateway, outside)) == (403, "domain_not_allowed")
    email = address()
    assert register(gateway, email.upper()).status == 202 and folder.one(email)


@pytest.mark.parametrize("email", ["ann", "ann@x.test\r\nBcc: eve@evil.test", "a b@x.test", "<ann@x.test>", ""])
def test_an_odd_address_is_400_and_sends_nothing(post, folder, email):
    before = len(folder.files())
    assert register(post, email).status == 400
    assert len(folder.files()) == before


@pytest.mark.parametrize("name", ["Ann\r\nBcc: eve@evil.test", "", " ", "x" * 101])
def test_an_odd_name_is_400(post, name):
    assert register(post, address(), name).status == 400


# --- Invitations


def test_an_invited_person_without_an_account_joins_by_the_mailed_link(post, folder):
    team, email = new_team(post, "Größenwahn \"& Söhne\""), address()
    made = team.may(team.owner, "POST", "/invitations", {"email": email, "role": "admin"})["data"][0]
    assert made["mailed"] is True
    message = folder.one(email)
    assert message["Subject"] == f'{team.owner.email.partition("@")[0]} invites you to Größenwahn "& Söhne"'
    body = {"token": token_in(message), "name": "Ann"}
    assert body["token"] not in made["link"], "the inviter's link proves nothing"
    accepted = post.request("POST", "/api/invitations/accept", json=body).json()
    assert accepted["role"] == "admin" and accepted["user"]["email_verified"]
    assert post.request("GET", team.path, key=accepted["personal_token"]).status == 200


def test_each_link_of_a_mail_leads_to_a_page(post, folder):
    """Row 1: what opens links without a person, such as a mail scanner, gets the page, to which no token is sent."""
    team, invited, registers = new_team(post), address(), address()
    ann = post.person(address(), verified=False)
    team.invite(team.owner, invited)
    register(post, registers)
    ask_for_verification(post, ann)
    for email, page in ((invited, "invitation"), (registers, "verification"), (ann.email, "verification")):
        message = folder.one(email)
        [link] = links_in(message)
        assert link == f"https://gateway.test/#/{page}?token={token_in(message)}"
        assert message.get_content().count(token_in(message)) == 1
        scanned = post.request("GET", link.removeprefix("https://gateway.test").partition("#")[0])
        assert scanned.status == 200 and scanned.header("content-type").startswith("text/html")


def test_who_got_the_mail_learns_whether_it_makes_an_account(post, folder):
    team, ann, new = new_team(post), post.person(address()), address()

    def looked_up(token):
        return post.request("POST", "/api/invitations/lookup", key=post.root_key, json={"token": token}).json()

    for email, makes_account in ((ann.email, False), (new, True)):
        _, of_the_inviter = team.invite(team.owner, email)
        assert looked_up(token_in(folder.one(email)))["makes_account"] is makes_account
        assert looked_up(of_the_inviter)["makes_account"] is False, "who passes it on learns nothing of the address"


def test_without_mail_the_inviter_has_the_link_alone(team):
    made = team.may(team.owner, "POST", "/invitations", {"email": address()})["data"][0]
    assert made["mailed"] is False and made["link"]


def test_sent_again_the_first_mails_link_ends(post, folder):
    team, email = new_team(post), address()
    invitation, _ = team.invite(team.owner, email)
    first = token_in(folder.one(email))
    team.may(team.owner, "POST", f"/invitations/{invitation['id']}/resend")
    second = token_in(folder.one(email, 2))
    accept = [post.request("POST", "/api/invitations/accept", json={"token": one}) for one in (first, second)]
    assert [answer.status for answer in accept] == [404, 200]


def test_row_3_a_made_up_role_sends_no_mail(post, folder):
    team, email = new_team(post), address()
    assert team.ask(team.owner, "POST", "/invitations", {"email": email, "role": "admn"}).status == 400
    assert mails_to(post, email) == [] and folder.messages(email) == []


def test_an_organization_mails_one_address_so_often(post, folder):
    team, email = new_team(post), address()
    invitation, _ = team.invite(team.owner, email)
    mailed = [
        team.may(team.owner, "POST", f"/invitations/{invitation['id']}/resend")["mailed"] for _ in range(6)
    ]
    assert mailed == [True] * 4 + [False] * 2


# --- The drop folder


def test_dropped_files_are_whole_and_the_gateways_own(post, folder):
    email = address()
    register(post, email)
    folder.one(email)
    for file in folder.files():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [file for file in folder.path.iterdir() if file.suffix != ".eml"] == []


def test_the_head_says_who_and_what_in_plain_ascii(post, folder):
    email = address()
    register(post, email)
    folder.one(email)
    [raw] = [data for data in (file.read_bytes() for file in folder.files()) if email.encode() in data]
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert head.isascii() and b"\n" not in head.replace(b"\r\n", b"")
    message = folder.one(email)
    assert message["From"] == "Töllgate <tollgate@gateway.test>" and message["To"] == email
    assert message["Auto-Submitted"] == "auto-generated" and message["Message-ID"].endswith("@gateway.test>")
    assert abs(message["Date"].datetime.timestamp() - time.time()) < 120


def test_a_folder_that_cannot_be_written_is_tried_again_and_listed(start_gateway, tmp_path):
    inside = tmp_path / "mail"
    gateway = start_gateway(**mail_config({"drop_folder": str(inside)}, registration="open"))
    inside.rmdir()
    inside.write_text("no folder")
    email = address()
    register(gateway, email)
    eventually(lambda: mails_to(gateway, email)[0]["attempts"] == 1 and mails_to(gateway, email)[0]["problem"])
    [waiting] = mails_to(gateway, email)
    assert waiting["state"] == "waiting" and waiting["next_attempt_at"] > waiting["created_at"]
    assert "could not be sent" in gateway.log_file.read_text()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"mail": {"drop_folder": "mail", "from": "a@x.test"}}, "public_url"),
        ({"mail": {"drop_folder": "mail"}, "accounts": {"public_url": "https://x"}}, "from must be an e-mail address"),
        (mail_config({"drop_folder": "mail", "smtp_url": "smtp://x"}), "both set"),
        (mail_config({"smtp_url": "mail.example.com"}), "smtp://"),
        ({"accounts": {"registration": "open"}}, "needs mail"),
        (mail_config({"drop_folder": "mail"}, registration_domains=["@x.test"]), "no domain"),
        (mail_config({"drop_folder": "mail", "from": "Ann <a@x.test>"}), "from must be an e-mail address"),
    ],
)
def test_a_configuration_that_cannot_send_ends_the_start_with_words(start_gateway, config, words):
    with pytest.raises(RuntimeError, match=words):
        start_gateway(**config)


def test_registration_is_rate_limited_without_a_key(start_gateway, tmp_path):
    gateway = start_gateway(**mail_config({"drop_folder": str(tmp_path / "mail")}, registration="open"))
    body = b'{"email": "ann@people.test", "name": "Ann"}'
    with gateway.connect() as connection:
        statuses = []
        for _ in range(61):
            connection.send(request_bytes("POST", "/api/registrations", body=body))
            statuses.append(connection.read_answer().status)
    assert statuses == [202] * 60 + [429]


def test_an_inference_key_and_a_second_worker_open_no_further_registrations(start_gateway, tmp_path):
    gateway = start_gateway(workers=2, **mail_config({"drop_folder": str(tmp_path / "mail")}, registration="open"))
    account = gateway.new_account("5")
    body = {"email": "ann@people.test", "name": "Ann"}
    statuses = [
        gateway.request("POST", "/api/registrations", key=key, json=body).status
        for _ in range(35)
        for key in (account.key, None)
    ]
    assert statuses == [202] * 60 + [429] * 10


def test_registrations_are_bounded_in_all(start_gateway, tmp_path):
    mail = {"drop_folder": str(tmp_path / "mail"), "registrations_per_hour": 3}
    gateway = start_gateway(**mail_config(mail, registration="open"), trusted_proxies=["127.0.0.0/8"])
    answers = [
        gateway.request(
            "POST",
            "/api/registrations",
            json={"email": address(), "name": "Ann"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        ).status
        for number in range(8)  # an hour may end between them
    ]
    assert answers[:3] == [202] * 3 and 429 in answers
    assert register(gateway, address()).status == 202, "the operator is not counted"


def test_the_address_behind_a_trusted_proxy_is_the_clients(start_gateway):
    def audited(gateway, forwarded):
        made = gateway.manage("POST", "/api/organizations", {"name": "O"}, headers={"X-Forwarded-For": forwarded})
        return gateway.manage("GET", f"/api/organizations/{made['id']}/audit")["data"][-1]["address"]

    behind = start_gateway(trusted_proxies=["127.0.0.1", "10.0.0.0/8"])
    assert audited(behind, "198.51.100.1, 203.0.113.9, 10.0.0.7") == "203.0.113.9"
    assert audited(start_gateway(), "203.0.113.9") == "127.0.0.1"


def test_the_folder_is_made_where_it_is_missing(start_gateway, tmp_path):
    gateway = start_gateway(**mail_config({"drop_folder": str(tmp_path / "mail")}, registration="open"))
    assert stat.S_IMODE(os.stat(tmp_path / "mail").st_mode) == 0o700 and gateway.alive()


def test_no_mail_is_promised_to_an_address_that_it_cannot_go_to(post, folder):
    """Only addresses of ASCII can be mailed; the inviter has the link."""
    team = new_team(post)
    made = team.may(team.owner, "POST", "/invitations", {"emails": ["änn@people.test", address("plain")]})
    assert [one["mailed"] for one in made["data"]] == [False, True]
    again = team.may(team.owner, "POST", f"/invitations/{made['data'][0]['invitation']['id']}/resend")
    assert again["mailed"] is False and again["link"]
    odd = post.person("örs@people.test", verified=False)
    assert refusal_of(ask_for_verification(post, odd)) == (409, "address_not_mailable")
    registers = post.request("POST", "/api/registrations", json={"email": "zoë@people.test", "name": "Zoë"})
    assert refusal_of(registers) == (409, "address_not_mailable")
    queued = {one["to"] for one in post.manage("GET", "/api/mail?limit=1000")["data"]}
    assert not {"änn@people.test", "örs@people.test", "zoë@people.test"} & queued
