"""A browser as far as signing in goes: it keeps the session's cookie, and says of each call which site's page makes it."""

import itertools
import re
import secrets

from support.waiting import eventually

COOKIE = "__Host-tollgate-session"
SAME_ORIGIN, CROSS_SITE = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}
_hosts = itertools.count(1)


class Browser:
    """Each is in a network of its own, where the gateway trusts 127.0.0.1 as a proxy: else they share one."""

    def __init__(self, gateway, agent="Test/1.0", address=None):
        self.gateway = gateway
        self.agent = agent
        number = next(_hosts)
        self.address = address or f"10.{100 + number // 256}.{number % 256}.1"
        self.cookies = {}

    @property
    def cookie(self):
        """The secret of its session; None: it has none."""
        return self.cookies.get(COOKIE)

    @cookie.setter
    def cookie(self, secret):
        self.cookies[COOKIE] = secret

    def lines(self, headers=SAME_ORIGIN):
        """What it says of itself in each call."""
        sent = {"User-Agent": self.agent, "X-Forwarded-For": self.address, **headers}
        cookies = {"theme": "dark"} | self.cookies
        return sent | {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}

    def ask(self, method, path, json=None, *, headers=SAME_ORIGIN, **options):
        answer = self.gateway.request(method, path, json=json, headers=self.lines(headers), **options)
        for line in answer.header_values("set-cookie"):
            found = re.fullmatch(
                r"(__Host-tollgate-[a-z-]+)=([^;]*); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=(\d+)", line
            )
            assert found, line
            assert answer.header("cache-control") == "no-store"
            name, value, lifetime_s = found.groups()
            assert (value == "") == (lifetime_s == "0"), line
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def gets(self, method, path, json=None, **options):
        answer = self.ask(method, path, json, **options)
        assert answer.status in (200, 201), (answer.status, answer.body)
        return answer.json()

    def sign_in(self, email, password, **more):
        return self.ask("POST", "/api/sessions", {"email": email, "password": password, **more})

    def is_signed_in(self):
        answer = self.ask("GET", "/api/me")
        assert answer.status in (200, 401), answer.body
        return answer.status == 200


def password_token(gateway, person):
    """Of the link that the operator passes on."""
    link = gateway.manage("POST", f"/api/users/{person.id}/password-links")["link"]
    return re.search(r"/#/password\?token=(tg-person-\S+)", link)[1]


def give_password(gateway, person, password=None):
    """A password of the person, chosen by such a link."""
    password = password or f"correct horse {secrets.token_hex(8)}"
    body = {"token": password_token(gateway, person), "password": password}
    answer = Browser(gateway).ask("POST", "/api/password-resets/confirm", body)
    assert answer.status == 200, (answer.status, answer.body)
    return password


def signed_in(gateway, person, password=None):
    """A browser of the person, who gets a password if none is named."""
    browser = Browser(gateway)
    answer = browser.sign_in(person.email, password or give_password(gateway, person))
    assert answer.status == 201, (answer.status, answer.body)
    return browser


def wait_for_old_proof(browser):
    """Until what is dangerous is asked a new proof for; personal tokens are left."""
    eventually(lambda: browser.ask("POST", "/api/me/tokens", {"name": "t"}).status == 403, within_s=30, every_s=0.2)
