"""Mail that goes to a server: by SMTP, through refusals, silence and kills."""

import socket
import time
import uuid

import pytest

from support.mail import MailServer, mail_config, self_signed, token_in
from support.people import new_team, refusal_of
from support.waiting import eventually


def address():
    return f"guest-{uuid.uuid4().hex[:8]}@people.test"


@pytest.fixture
def server():
    running = MailServer()
    yield running
    running.stop()


def smtp_gateway(start_gateway, server, registration="open", **mail):
    return start_gateway(**mail_config({"smtp_url": server.url, "smtp_tls": "never"} | mail, registration=registration))


def register(gateway, email):
    body = {"email": email, "name": "Ann"}
    return gateway.request("POST", "/api/registrations", key=gateway.root_key, json=body)


def confirm(gateway, token):
    return gateway.request("POST", "/api/verifications/confirm", key=gateway.root_key, json={"token": token})


def mails_to(gateway, email):
    return [one for one in gateway.manage("GET", "/api/mail?limit=1000")["data"] if one["to"] == email]


def test_mail_goes_out_by_smtp(start_gateway, server):
    gateway = smtp_gateway(start_gateway, server)
    email = address()
    register(gateway, email)
    eventually(lambda: server.box.envelopes)
    [envelope] = server.box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("tollgate@gateway.test", [email])
    assert confirm(gateway, token_in(server.box.messages()[0])).status == 200
    eventually(lambda: mails_to(gateway, email)[0]["state"] == "sent")


def test_with_tls_and_a_password(start_gateway, tmp_path):
    certificate, context = self_signed(tmp_path)
    server = MailServer(tls=context, login=("tollgate", "s3cret-of-smtp"))
    try:
        mail = {"smtp_user": "tollgate", "smtp_password": "s3cret-of-smtp", "smtp_ca_file": str(certificate)}
        gateway = smtp_gateway(start_gateway, server, **mail | {"smtp_tls": "required"})
        register(gateway, address())
        eventually(lambda: server.box.envelopes)
        assert server.box.envelopes[0].tls
        assert "s3cret-of-smtp" not in gateway.log_file.read_text()
    finally:
        server.stop()


def test_a_server_without_tls_gets_nothing_where_tls_is_required(start_gateway, server):
    gateway = smtp_gateway(start_gateway, server, smtp_tls="required")
    email = address()
    register(gateway, email)
    eventually(lambda: mails_to(gateway, email)[0]["problem"])
    assert server.box.envelopes == [] and mails_to(gateway, email)[0]["state"] == "waiting"


def test_a_certificate_that_nobody_vouches_for_gets_nothing(start_gateway, tmp_path):
    _, context = self_signed(tmp_path)
    server = MailServer(tls=context)
    try:
        gateway = smtp_gateway(start_gateway, server, smtp_tls="required")
        email = address()
        register(gateway, email)
        eventually(lambda: mails_to(gateway, email)[0]["problem"])
        assert server.box.envelopes == [] and "certificate" in mails_to(gateway, email)[0]["problem"]
    finally:
        server.stop()


def test_an_address_that_the_server_refuses_for_good_fails_at_once_and_may_be_tried_again(start_gateway, server):
    gateway = smtp_gateway(start_gateway, server)
    email = address()
    server.box.refuse[email] = "550 no such mailbox"
    register(gateway, email)
    eventually(lambda: mails_to(gateway, email)[0]["state"] == "failed")
    [failed] = mails_to(gateway, email)
    assert failed["attempts"] == 1 and "550" in failed["problem"]
    server.box.refuse.clear()
    gateway.manage("POST", f"/api/mail/{failed['id']}/retry", expect=200)
    eventually(lambda: server.box.envelopes)
    eventually(lambda: mails_to(gateway, email)[0]["state"] == "sent")
    again = gateway.request("POST", f"/api/mail/{failed['id']}/retry", key=gateway.root_key)
    assert refusal_of(again) == (409, "not_failed")


def test_a_temporary_refusal_waits(start_gateway, server):
    gateway = smtp_gateway(start_gateway, server)
    email = address()
    server.box.replies = ["451 later"]
    register(gateway, email)
    eventually(lambda: mails_to(gateway, email)[0]["problem"])
    [waiting] = mails_to(gateway, email)
    assert (waiting["state"], waiting["attempts"]) == ("waiting", 1) and "451" in waiting["problem"]


def test_mail_that_waits_survives_kill_9(start_gateway, server):
    gateway = smtp_gateway(start_gateway, server)
    server.box.replies = ["451 later"]
    email = address()
    register(gateway, email)
    eventually(lambda: mails_to(gateway, email)[0]["problem"])
    gateway.kill()
    gateway.start()
    [waiting] = mails_to(gateway, email)
    assert waiting["state"] == "waiting" and waiting["attempts"] == 1


def test_a_silent_server_holds_up_neither_calls_nor_the_end(start_gateway):
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
    gateway = start_gateway(**mail_config({"smtp_url": url, "smtp_tls": "never"}, registration="open"))
    email = address()
    register(gateway, email)
    eventually(lambda: mails_to(gateway, email)[0]["attempts"] == 1)
    began = time.monotonic()
    gateway.new_account()
    assert gateway.stop() == 0 and time.monotonic() - began < 10
    silent.close()


def test_no_link_is_in_log_audit_or_list(start_gateway, server):
    gateway = smtp_gateway(start_gateway, server)
    team, email = new_team(gateway), address()
    team.invite(team.owner, email)
    register(gateway, address())
    eventually(lambda: len(server.box.envelopes) == 2)
    tokens = [token_in(message) for message in server.box.messages()]
    texts = [gateway.log_file.read_text(), gateway.access_log.read_text()]
    texts += [gateway.request("GET", path, key=gateway.root_key).text for path in ("/api/mail", "/api/audit?limit=200")]
    texts.append(team.ask(team.owner, "GET", "/audit?limit=200").text)
    assert not [token for token in tokens for text in texts if token in text]
