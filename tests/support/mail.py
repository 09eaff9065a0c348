"""Mail as people get it: from a server that keeps what it is sent, or from a drop folder."""

import email
import email.policy
import re
import ssl
import subprocess

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from support.waiting import eventually


def parsed(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def token_in(message):
    """The token of the link in a mail, which leads to a page."""
    return re.search(r"^  https?://\S+/#/(?:verification|invitation)\?token=(tg-\S+)\s*$", message.get_content(), re.M)[1]


def links_in(message):
    return re.findall(r"^  (https?://\S+)\s*$", message.get_content(), re.M)


class DropFolder:
    """The files of a gateway whose mail.drop_folder it is."""

    def __init__(self, path):
        self.path = path

    def files(self):
        return sorted(self.path.glob("*.eml"))

    def messages(self, to=None):
        all_of_them = [parsed(file.read_bytes()) for file in self.files()]
        return [one for one in all_of_them if to in (None, one["To"])]

    def one(self, to, count=1):
        """The newest mail to an address, of which there are `count`."""
        eventually(lambda: len(self.messages(to)) >= count, within_s=15)  # balances are looked at every few seconds
        found = self.messages(to)
        assert len(found) == count
        return found[-1]


class Mailbox:
    """What an SMTP server does with what comes: `refuse` maps addresses to replies; `replies` go first, one a mail."""

    def __init__(self):
        self.envelopes = []
        self.refuse = {}
        self.replies = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.replies:
            return self.replies.pop(0)
        envelope.tls = session.ssl is not None
        self.envelopes.append(envelope)
        return "250 OK"

    def messages(self):
        return [parsed(envelope.content) for envelope in self.envelopes]


class OnAFreePort(Controller):
    def _trigger_server(self):
        """It connects once to see that the server is there: at the port that it got."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """An SMTP server on loopback."""

    def __init__(self, *, tls=None, login=None):
        self.box = Mailbox()
        options = {"enable_SMTPUTF8": True, "timeout": 20}
        if tls is not None:
            options |= {"tls_context": tls, "require_starttls": True}
        if login is not None:
            options |= {"authenticator": self._authenticator(login), "auth_required": True}
        self.controller = OnAFreePort(self.box, hostname="127.0.0.1", port=0, **options)
        self.controller.start()

    @staticmethod
    def _authenticator(login):
        user, password = login

        def authenticate(server, session, envelope, mechanism, data):
            good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
            return AuthResult(success=good)

        return authenticate

    @property
    def address(self):
        return self.controller.server.sockets[0].getsockname()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.address[1]}"

    def stop(self):
        self.controller.stop(no_assert=True)


def self_signed(directory):
    """A certificate for 127.0.0.1 and a context that serves it: (file, context)."""
    certificate, key = directory / "mail-cert.pem", directory / "mail-key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate]
        + ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return certificate, context


def mail_config(mail, **accounts):
    """The sections of a configuration that sends mail so."""
    return {
        "mail": {"from": "tollgate@gateway.test", "from_name": "Töllgate"} | mail,
        "accounts": {"public_url": "https://gateway.test"} | accounts,
    }
