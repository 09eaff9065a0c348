"""Signs people in at a running Keycloak through a real gateway: sign_in.py KEYCLOAK_HOME PORT WORK_DIRECTORY. Keycloak is
started and stopped here; each step says what was seen, and the first that fails ends the program."""

import html
import http.cookiejar
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from keycloak.realm import ALGORITHMS, PASSWORD, REALM, SECRET, generated_key, realm  # noqa: E402
from support.browser import COOKIE as SESSION_COOKIE  # noqa: E402
from support.browser import give_password  # noqa: E402
from support.identity_provider import PUBLIC_URL, Visitor  # noqa: E402
from support.master_key import new_master_key  # noqa: E402
from support.processes import Gateway  # noqa: E402

ADMIN, ADMIN_PASSWORD = "admin", "admin-of-this-test"
START_TIMEOUT_S, KEY_PAUSE_S = 900, 61  # a gateway asks for keys once a minute
# Keycloak's cookies are Secure on loopback, too, where browsers keep them all the same.
LOOPBACK_IS_SECURE = http.cookiejar.DefaultCookiePolicy(secure_protocols=("https", "http"))


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Keycloak:
    def __init__(self, home, port, work):
        self.base = f"http://127.0.0.1:{port}"
        self.issuer = f"{self.base}/realms/{REALM}"
        imported = Path(home) / "data" / "import"
        imported.mkdir(parents=True, exist_ok=True)
        (imported / "tollgate-realm.json").write_text(json.dumps(realm()))
        self.log = open(Path(work) / "keycloak.log", "wb")
        variables = {"KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN_PASSWORD}
        command = [Path(home) / "bin" / "kc.sh", "start-dev", f"--http-port={port}", "--import-realm"]
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, **variables}, start_new_session=True
        )

    def wait(self):
        until = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                return json.load(urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration"))
            except OSError:
                assert self.process.poll() is None, "Keycloak ended: see keycloak.log"
                assert time.monotonic() < until, "Keycloak did not start in time"
                time.sleep(1)

    def stop(self):
        os.killpg(self.process.pid, 15)  # its own group: the script that starts it, and Java
        self.process.wait()
        self.log.close()

    def admin(self, method, path, body=None):
        form = urlencode(
            {"grant_type": "password", "client_id": "admin-cli", "username": ADMIN, "password": ADMIN_PASSWORD}
        ).encode()
        token = json.load(urllib.request.urlopen(f"{self.base}/realms/master/protocol/openid-connect/token", form))
        request = urllib.request.Request(
            f"{self.base}/admin/realms/{REALM}{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"},
            method=method,
        )
        answer = urllib.request.urlopen(request).read()
        return json.loads(answer) if answer else None

    def sign_in_at(self, location, name):
        """Fills in the form; the query that the browser comes back with."""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(LOOPBACK_IS_SECURE))
        opener = urllib.request.build_opener(jar, NoRedirect)
        page = opener.open(location).read().decode()
        action = html.unescape(re.search(r'<form id="kc-form-login"[^>]*action="([^"]+)"', page)[1])
        try:
            opener.open(action, urlencode({"username": name, "password": PASSWORD}).encode())
        except urllib.error.HTTPError as redirect:
            assert redirect.code == 302, redirect.code
            back = urlsplit(redirect.headers["Location"])
            assert f"{back.scheme}://{back.netloc}{back.path}".startswith(f"{PUBLIC_URL}/api/sign-in/"), back
            return dict(parse_qsl(back.query))
        raise AssertionError("Keycloak did not send the browser back")


def provider(keycloak, algorithm, organization, **more):
    return {
        "id": algorithm.lower(),
        "issuer": keycloak.issuer,
        "client_id": f"tollgate-{algorithm.lower()}",
        "client_secret": SECRET,
        "algorithms": [algorithm],
        "groups_claim": "groups",
        "groups": [
            {"group": "users", "organization": organization, "role": "member"},
            {"group": "admins", "organization": organization, "role": "admin"},
        ],
    } | more


def start_gateway(work, keycloak, root_key=None, organization="none", **more):
    providers = [provider(keycloak, algorithm, organization, **more) for algorithm in ALGORITHMS]
    gateway = Gateway(
        work / "gateway",
        [{"name": "sample", "base_url": "http://127.0.0.1:1/v1", "api_key": "none"}],
        workers=1,
        accounts={"public_url": PUBLIC_URL},
        secrets={"master_key_file": str(work / "master.key")},
        sign_in={"allowed_networks": ["127.0.0.0/8"], "providers": providers},
    )
    gateway.root_key = root_key
    return gateway.start()


class Run:
    def __init__(self, keycloak, gateway, organization):
        self.keycloak, self.gateway, self.organization = keycloak, gateway, organization

    def sign_in(self, name, algorithm="RS256"):
        """Where the browser ends, and who is signed in."""
        browser = Visitor(self.gateway)
        back = self.keycloak.sign_in_at(browser.begin("/account", algorithm.lower()), name)
        route = browser.come_back(back, algorithm.lower())
        me = browser.me()
        assert (SESSION_COOKIE in browser.cookies) == (me is not None) == (route == "/account"), route
        return route, me and me["email"]

    def expect(self, what, seen, wanted):
        assert seen == wanted, f"{what}: {seen}, not {wanted}\n{self.gateway.log_file.read_text()[-2000:]}"
        say(f"ok   {what}: {seen}")

    def role_of(self, person):
        members = self.gateway.manage("GET", f"/api/organizations/{self.organization}/members")["data"]
        return next((one["role"] for one in members if one["user_id"] == person.id), None)


def check_people(run, ann):
    for algorithm in ALGORITHMS:
        run.expect(f"ann signs in by {algorithm}", run.sign_in("ann", algorithm), ("/account", ann.email))
    run.expect("her groups make her an admin", run.role_of(ann), "admin")
    run.expect("bob's address is not verified", run.sign_in("bob"), ("/sign-in?error=email_not_verified", None))
    run.expect("eve has no account", run.sign_in("eve"), ("/sign-in?error=no_account", None))


def check_linking(run):
    dan, browser = run.gateway.person("dan@elsewhere.example.com"), Visitor(run.gateway)
    assert browser.sign_in(dan.email, give_password(run.gateway, dan)).status == 201
    back = run.keycloak.sign_in_at(browser.gets("POST", "/api/sign-in/rs256/link")["location"], "eve")
    run.expect("dan links eve", browser.come_back(back, "rs256"), "/account/security?linked=rs256")
    run.expect("eve is dan", run.sign_in("eve"), ("/account", dan.email))


def check_groups(run, ann):
    keycloak = run.keycloak
    [user] = keycloak.admin("GET", "/users?username=ann&exact=true")
    groups = {one["name"]: one["id"] for one in keycloak.admin("GET", "/groups")}
    for group, role in (("admins", "member"), ("users", None)):
        keycloak.admin("DELETE", f"/users/{user['id']}/groups/{groups[group]}")
        run.expect(f"ann signs in without {group}", run.sign_in("ann"), ("/account", ann.email))
        run.expect("her role", run.role_of(ann), role)


def check_rotation(run, ann):
    say(f"a new key, {KEY_PAUSE_S} s after the last look at the keys")
    realm_id = run.keycloak.admin("GET", "")["id"]
    new = generated_key("newer", "rsa", priority=1000, algorithm="RS256")
    key = new | {"providerType": "org.keycloak.keys.KeyProvider", "parentId": realm_id}
    time.sleep(KEY_PAUSE_S)
    run.keycloak.admin("POST", "/components", key)
    run.expect("ann signs in by the new key", run.sign_in("ann"), ("/account", ann.email))


def main():
    home, port, work = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    began = time.monotonic()
    new_master_key(work / "master.key")
    keycloak, gateway = Keycloak(home, port, work), None
    try:
        keycloak.wait()
        say(f"Keycloak runs after {time.monotonic() - began:.0f} s")
        gateway = start_gateway(work, keycloak)
        made = gateway.manage("POST", "/api/organizations", {"name": "Acme"})
        ann = gateway.person("ann@example.com")
        gateway.person(organization=made["id"], role="owner")
        gateway.stop()
        gateway = start_gateway(work, keycloak, gateway.root_key, made["id"])
        run = Run(keycloak, gateway, made["id"])
        check_people(run, ann)
        check_linking(run)
        check_groups(run, ann)
        check_rotation(run, ann)
        gateway.stop()
        gateway = start_gateway(work, keycloak, gateway.root_key, made["id"], client_secret="wrong")
        wrong = Run(keycloak, gateway, made["id"])
        wrong.expect("a wrong secret", wrong.sign_in("ann"), ("/sign-in?error=provider_refused", None))
    finally:
        keycloak.stop()
        if gateway is not None:
            gateway.stop()
    say("everything holds")


if __name__ == "__main__":
    main()
