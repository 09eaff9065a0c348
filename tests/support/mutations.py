"""One valid call of every route that changes accounts or money."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from support.browser import Browser, give_password, signed_in
from support.identity_provider import IdentityProvider, Visitor
from support.mail import DropFolder, mail_config, token_in
from support.master_key import secrets_of
from support.one_time_codes import AuthenticatorApp
from support.passkeys import Authenticator
from support.people import new_team
from support.waiting import eventually

FAR = "2099-01-01T00:00:00Z"


# One for all that are made here: whoever has an identity of it keeps it while gateways come and go.
identity_provider = functools.cache(IdentityProvider)


def config_for_mutations(directory):
    """With it a gateway can do everything that is called here."""
    accounts = {"registration": "open", "step_up_lifetime_ms": 86_400_000}
    mail = mail_config({"drop_folder": str(directory / "mail")}, **accounts)
    sign_in = {"allowed_networks": ["127.0.0.0/8"], "providers": [identity_provider().configuration()]}
    return {"workers": 1, "secrets": secrets_of(directory), "sign_in": sign_in, **mail}


@dataclass(frozen=True)
class Mutation:
    method: str
    template: str  # the route
    path: str
    key: str  # of the caller
    body: dict | None = None
    booked: bool = False  # committed by the ledger's journal, with money
    browser: Browser | None = None  # in place of a key: whose session calls
    make_body: Callable[[], dict] | None = None  # of what is good for a while, or as long as the gateway runs

    @property
    def name(self):
        return f"{self.method} {self.template}"

    def renewed(self):
        """With a body that is good now."""
        return replace(self, body=self.make_body()) if self.make_body else self


class Mutations:
    """Makes what each call is about. Each has a target of its own, so that they may run in any order. The gateway has
    config_for_mutations()."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.team = new_team(gateway)
        gateway.manage("POST", f"{self.team.path}/credits", {"amount": 100})
        self.calls = []
        self.add_organizations()
        self.add_members()
        self.add_invitations()
        self.add_people()
        self.add_second_factors()
        self.add_identities()
        self.add_keys()
        self.add_projects()
        self.add_settings()
        self.add_git_claims()
        self.add_defaults()
        self.add_presets()
        self.add_money()
        self.add_requests_of_credit()
        self.add_vouchers_and_allowances()
        self.add_provider_keys()
        self.add_mail()
        self.wait_for_mail()

    def add(self, method, template, body=None, by=None, booked=False, browser=None, make_body=None, **values):
        """`by`: the caller's key; absent: the operator's."""
        path = template.format(**{"organization": self.team.organization} | values)
        self.calls.append(Mutation(method, template, path, by or self.gateway.root_key, body, booked, browser, make_body))

    def made(self, below, body):
        return self.gateway.manage("POST", f"{self.team.path}{below}", body)

    def add_organizations(self):
        one = "/api/organizations/{organization}"
        self.add("POST", "/api/organizations", {"name": "New"}, self.team.owner.token)
        self.add("PATCH", one, {"name": "Renamed"}, organization=new_team(self.gateway).organization)
        self.add("DELETE", one, {"confirm": "Gone"}, organization=new_team(self.gateway, "Gone").organization)
        self.add("POST", f"{one}/switch", by=self.team.owner.token)

    def add_members(self):
        members = "/api/organizations/{organization}/members"
        self.add("POST", members, {"user_id": self.gateway.person().id, "over_limit": True})
        for method, below, body in (
            ("PATCH", "", {"role": "admin"}),
            ("DELETE", "", None),
            ("PUT", "/limits", {"limit": 3}),
            ("PATCH", "/limits", {"requests_per_minute": 9}),
        ):
            team = new_team(self.gateway)
            values = {"organization": team.organization, "member": team.member.id}
            self.add(method, f"{members}/{{member}}{below}", body, **values)

    def add_invitations(self):
        invitations = "/api/organizations/{organization}/invitations"
        team = new_team(self.gateway)

        def invited(email):
            return team.invite(team.owner, email)

        own = {"organization": team.organization}
        self.add("POST", invitations, {"email": "new@people.test"}, **own)
        self.add("DELETE", f"{invitations}/{{invitation}}", invitation=invited("a@people.test")[0]["id"], **own)
        self.add("POST", f"{invitations}/{{invitation}}/resend", invitation=invited("b@people.test")[0]["id"], **own)
        guest = self.gateway.person("guest@people.test")
        self.add("POST", "/api/invitations/accept", {"token": invited(guest.email)[1]}, guest.token)

    def add_people(self):
        self.add("POST", "/api/users", {"email": "made@people.test", "name": "Made", "verified": True})
        self.add("PATCH", "/api/users/{user}", {"name": "Changed"}, user=self.gateway.person().id)
        self.add("DELETE", "/api/users/{user}", user=self.gateway.person().id)
        self.add("POST", "/api/users/{user}/tokens", {"name": "given"}, user=self.gateway.person().id)
        me = self.gateway.person().token
        self.add("PATCH", "/api/me", {"name": "Myself"}, me)
        self.add("POST", "/api/me/tokens", {"name": "more"}, me)
        hashes = [
            self.gateway.request("POST", "/api/me/tokens", key=me, json={"name": "t"}).json()["data"]["hash"]
            for _ in range(3)
        ]
        self.add("PATCH", "/api/me/tokens/{key}", {"name": "other"}, me, key=hashes[0])
        self.add("DELETE", "/api/me/tokens/{key}", None, me, key=hashes[1])
        self.add("POST", "/api/me/tokens/{key}/rotate", {"grace_seconds": 60}, me, key=hashes[2])
        self.add("POST", "/api/users/{user}/password-links", user=self.gateway.person().id)
        person = self.gateway.person()
        session = signed_in(self.gateway, person).gets("GET", "/api/me")["session"]["id"]
        self.add("DELETE", "/api/me/sessions/{session}", None, person.token, session=session)

    def add_second_factors(self):
        """Each is another person's, in the state that the call needs."""

        def browser_of_somebody():
            return signed_in(self.gateway, self.gateway.person())

        def with_app():
            browser = browser_of_somebody()
            secret = browser.gets("POST", "/api/me/totp")["secret"]
            code = AuthenticatorApp(secret).next_code()
            browser.gets("POST", "/api/me/totp/confirm", {"code": code})
            return browser

        def new_passkey(browser):
            options = browser.gets("POST", "/api/me/passkeys/options")["publicKey"]
            return {"name": "Phone", "credential": Authenticator("https://gateway.test").create(options)}

        self.add("POST", "/api/me/totp", browser=browser_of_somebody())
        begun = browser_of_somebody()
        app = AuthenticatorApp(begun.gets("POST", "/api/me/totp")["secret"])
        self.add("POST", "/api/me/totp/confirm", browser=begun, make_body=lambda: {"code": app.code_now()})
        self.add("DELETE", "/api/me/totp", browser=with_app())
        self.add("POST", "/api/me/recovery-codes", browser=with_app())
        adding, removing = browser_of_somebody(), browser_of_somebody()
        self.add("POST", "/api/me/passkeys", browser=adding, make_body=lambda: new_passkey(adding))
        made = removing.gets("POST", "/api/me/passkeys", new_passkey(removing))["passkey"]["id"]
        self.add("DELETE", "/api/me/passkeys/{passkey}", browser=removing, passkey=made)

    def add_identities(self):
        person, browser = self.gateway.person(), Visitor(self.gateway)
        give_password(self.gateway, person)  # an identity that is the last way to sign in stays
        identity_provider().claims = {"sub": person.id, "email": person.email, "email_verified": True}
        browser.sign_in_by(identity_provider())
        [identity] = browser.gets("GET", "/api/me/identities")["data"]
        self.add("DELETE", "/api/me/identities/{identity}", browser=browser, identity=identity["id"])

    def add_keys(self):
        keys = "/api/organizations/{organization}/keys"
        self.add("POST", keys, {"name": "new"})
        for method, below, body in (
            ("PATCH", "", {"name": "changed"}),
            ("DELETE", "", None),
            ("POST", "/rotate", {"grace_seconds": 60}),
            ("PUT", "/limits", {"limit": 3}),
            ("PATCH", "/limits", {"requests_per_minute": 9}),
        ):
            target = self.made("/keys", {"name": "target"})["data"]["hash"]
            self.add(method, f"{keys}/{{key}}{below}", body, key=target)

        manager = self.made("/keys", {"name": "manager", "kind": "management"})["key"]
        self.add("POST", "/api/v1/keys", {"name": "new"}, manager)
        for method, below, body in (
            ("PATCH", "", {"name": "changed"}),
            ("DELETE", "", None),
            ("POST", "/rotate", {"grace_seconds": 60}),
        ):
            target = self.made("/keys", {"name": "target"})["data"]["hash"]
            self.add(method, f"/api/v1/keys/{{key}}{below}", body, manager, key=target)

    def add_provider_keys(self):
        keys = "/api/organizations/{organization}/provider-keys"
        body = {"provider": "sample", "secret": "sk-own-0123456789", "skip_test": True}
        self.add("POST", keys, body | {"label": "new"})
        for method, change in (("PATCH", {"label": "changed"}), ("DELETE", None)):
            target = self.made("/provider-keys", body | {"label": f"to {method}"})["id"]
            self.add(method, f"{keys}/{{provider_key}}", change, provider_key=target)

        manager = self.made("/keys", {"name": "byok", "kind": "management"})["key"]
        self.add("POST", "/api/v1/byok", {"provider": "sample", "key": "sk-own-0123456789"}, manager)
        for method, change in (("PATCH", {"name": "renamed"}), ("DELETE", None)):
            target = self.made("/provider-keys", body | {"label": f"byok to {method}"})["id"]
            self.add(method, "/api/v1/byok/{provider_key}", change, manager, provider_key=target)

    def mails(self, to):
        return [one for one in self.gateway.manage("GET", "/api/mail?limit=1000")["data"] if one["to"] == to]

    def wait_for_mail(self):
        """Until none waits: what its sender stores would be taken for what a call stores."""
        eventually(lambda: self.gateway.manage("GET", "/api/mail?state=waiting")["data"] == [])

    def add_mail(self):
        folder = DropFolder(Path(yaml.safe_load(self.gateway.config_file.read_text())["mail"]["drop_folder"]))
        asks, confirms = (self.gateway.person(verified=False) for _ in range(2))
        self.add("POST", "/api/me/verification", by=asks.token)
        self.add("POST", "/api/registrations", {"email": "registers@people.test", "name": "New"})
        self.gateway.request("POST", "/api/me/verification", key=confirms.token)
        token = token_in(folder.one(confirms.email))
        self.add("POST", "/api/verifications/confirm", {"token": token}, confirms.token)
        unreachable = "änn@people.test"  # no mail of ours can be addressed so
        team = new_team(self.gateway)
        self.gateway.person(unreachable, organization=team.organization, role="admin")
        self.gateway.manage("PUT", f"{team.path}/alerts", {"low_balance": 1})
        eventually(lambda: any(one["state"] == "failed" for one in self.mails(unreachable)), within_s=15)
        self.add("POST", "/api/mail/{mail}/retry", mail=self.mails(unreachable)[-1]["id"])

    def add_projects(self):
        projects = "/api/organizations/{organization}/projects"
        self.add("POST", projects, {"name": "new"})
        for number, (method, below, body) in enumerate(
            (
                ("PATCH", "", {"name": "changed"}),
                ("DELETE", "", None),
                ("POST", "/default", None),
                ("PUT", "/limits", {"limit": 3}),
                ("PATCH", "/limits", {"requests_per_minute": 9}),
            )
        ):
            target = self.made("/projects", {"name": f"target {number}"})["id"]
            if method == "DELETE":
                self.gateway.manage("PATCH", f"{self.team.path}/projects/{target}", {"archived": True})
            self.add(method, f"{projects}/{{project}}{below}", body, project=target)

    def add_settings(self):
        one = "/api/organizations/{organization}"
        self.add("PUT", f"{one}/llm", {"model": "test/chat"})
        self.add("PATCH", f"{one}/llm", {"parameters": {"seed": 7}})
        self.add("PUT", f"{one}/plan", {"plan": "enterprise"})
        self.add("PATCH", f"{one}/billing", {"company": "Example GmbH"})
        self.add("PUT", f"{one}/retention", {"level": "none"})
        self.add("PUT", f"{one}/provider-preferences", {"only": ["sample"]})
        self.add("PATCH", f"{one}/provider-preferences", {"sort": "price"})
        self.add("PUT", f"{one}/privacy", {"data_collection": "deny", "zdr": False})
        self.add("PATCH", f"{one}/privacy", {"zdr": True})
        self.add("PUT", f"{one}/credit_policy", {"on_exhausted": "owe"})
        self.add("PUT", f"{one}/activity/settings", {"visibility": "own_only"})
        self.add("PUT", f"{one}/security", {"owners_need_second_factor": True})
        self.add("PUT", f"{one}/alerts", {"low_balance": 1, "budgets": True})
        self.add("PUT", f"{one}/limits", {"limit": 1000})
        self.add("PATCH", f"{one}/limits", {"requests_per_minute": 100000})

    def add_git_claims(self):
        claims = "/api/organizations/{organization}/git-claims"

        def of(path):
            return {"provider": "github", "git_organization": path}

        targets = [self.made("/git-claims", of(path))["id"] for path in ("changed", "released")]
        self.add("POST", claims, of("claimed"))
        self.add("PATCH", f"{claims}/{{claim}}", {"outsiders": "reject"}, claim=targets[0])
        self.add("DELETE", f"{claims}/{{claim}}", claim=targets[1])

    def add_defaults(self):
        one, settings = "/api/organizations/{organization}", {"model": "test/chat"}
        projects = [self.made("/projects", {"name": f"defaults {number}"})["id"] for number in range(3)]
        self.gateway.manage("PUT", f"{self.team.path}/projects/{projects[1]}/llm", settings)
        self.add("PUT", f"{one}/projects/{{project}}/llm", settings, project=projects[0])
        self.add("PATCH", f"{one}/projects/{{project}}/llm", {"parameters": {"seed": 7}}, project=projects[2])
        self.add("DELETE", f"{one}/projects/{{project}}/llm", project=projects[1])
        teams = [new_team(self.gateway) for _ in range(4)]
        for team in teams[1:3]:
            team.may(team.member, "PUT", "/members/me/llm", settings)
        own = f"{one}/members/me/llm"
        self.add("PUT", own, settings, teams[0].member.token, organization=teams[0].organization)
        change = {"parameters": {"seed": 7}}
        self.add("PATCH", own, change, teams[3].member.token, organization=teams[3].organization)
        self.add("DELETE", own, by=teams[1].member.token, organization=teams[1].organization)
        of_member = {"organization": teams[2].organization, "member": teams[2].member.id}
        self.add("DELETE", f"{one}/members/{{member}}/llm", **of_member)

    def add_presets(self):
        presets = "/api/organizations/{organization}/presets"
        for slug in ("changed", "deleted"):
            self.made("/presets", {"slug": slug})
        self.add("POST", presets, {"slug": "new"})
        self.add("PUT", f"{presets}/{{preset}}", {"model": "test/chat"}, preset="changed")
        self.add("DELETE", f"{presets}/{{preset}}", preset="deleted")

    def purchase(self, *, confirmed):
        bought = self.made("/purchases", {"amount": 20})["transaction_id"]
        if confirmed:
            self.made(f"/purchases/{bought}/confirm", {})
        return bought

    def add_money(self):
        one = "/api/organizations/{organization}"
        other = new_team(self.gateway).organization
        self.add("POST", f"{one}/credits", {"amount": 1}, booked=True)
        self.add("POST", f"{one}/purchases", {"amount": 20}, booked=True)
        for act in ("confirm", "cancel"):
            bought = self.purchase(confirmed=False)
            self.add("POST", f"{one}/purchases/{{purchase}}/{act}", {}, booked=True, purchase=bought)
        refunded, charged_back = self.purchase(confirmed=True), self.purchase(confirmed=True)
        self.add("POST", f"{one}/refunds", {"purchase_id": refunded, "amount": 2}, booked=True)
        self.add("POST", f"{one}/chargebacks", {"purchase_id": charged_back, "amount": 2}, booked=True)
        self.add("POST", f"{one}/transfers", {"to": other, "amount": 2}, booked=True)
        self.add("POST", f"{one}/adjustments", {"amount": -1}, booked=True)

    def add_requests_of_credit(self):
        requests = "/api/organizations/{organization}/credit-requests"
        member = self.team.member.token
        self.add("POST", requests, {"amount": 5}, member)
        for act in ("approve", "decline", "withdraw"):
            asked = self.team.may(self.team.member, "POST", "/credit-requests", {"amount": 5})["id"]
            by = member if act == "withdraw" else None
            self.add("POST", f"{requests}/{{credit_request}}/{act}", {}, by, act == "approve", credit_request=asked)

    def add_vouchers_and_allowances(self):
        def voucher():
            return self.gateway.manage("POST", "/api/vouchers", {"amount": 1})["data"][0]

        self.add("POST", "/api/vouchers", {"amount": 1})
        self.add("DELETE", "/api/vouchers/{voucher}", voucher=voucher()["id"])
        self.add("POST", "/api/organizations/{organization}/vouchers/redeem", {"code": voucher()["code"]}, booked=True)
        allowance = {
            "organization_id": self.team.organization,
            "amount": 5,
            "interval": "monthly",
            "starts_at": FAR,
        }
        targets = [self.gateway.manage("POST", "/api/allowances", allowance)["id"] for _ in range(2)]
        self.add("POST", "/api/allowances", allowance)
        self.add("PATCH", "/api/allowances/{allowance}", {"amount": 6}, allowance=targets[0])
        self.add("DELETE", "/api/allowances/{allowance}", allowance=targets[1])
