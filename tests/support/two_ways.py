"""What people do with a gateway, by the API alone or by the command line alone: the same acts and the same answers."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from support.command_line import Client
from support.http_client import loads
from support.people import refusal_of
from support.processes import Gateway

ONE_ORGANIZATION = "/api/organizations/{organization}"
# The route of each act, and its command. What stands in braces is a word of the command, the organization an option.
# In routes "…" is ONE_ORGANIZATION.
ACTS = {
    "register": ("POST /api/registrations", "registration create"),
    "read mailed link": ("POST /api/verifications/lookup", "verification show"),
    "confirm mailed link": ("POST /api/verifications/confirm", "verification confirm"),
    "show myself": ("GET /api/me", "me show"),
    "create organization": ("POST /api/organizations", "org create"),
    "show organization": ("GET …", "org show"),
    "delete organization": ("DELETE …", "org delete"),
    "set default": ("PUT …/llm", "org set-llm"),
    "invite": ("POST …/invitations", "invitation create"),
    "read invitation": ("POST /api/invitations/lookup", "invitation read"),
    "accept invitation": ("POST /api/invitations/accept", "invitation accept"),
    "list members": ("GET …/members", "member list"),
    "change member": ("PATCH …/members/{member}", "member update"),
    "limit member": ("PUT …/members/{member}/limits", "member set-limits"),
    "remove member": ("DELETE …/members/{member}", "member remove"),
    "report finances": ("GET …/members/financial", "member finances"),
    "set override": ("PUT …/members/me/llm", "member set-me-llm"),
    "create project": ("POST …/projects", "project create"),
    "make project default": ("POST …/projects/{project}/default", "project make-default"),
    "set project's default": ("PUT …/projects/{project}/llm", "project set-llm"),
    "clear project's default": ("DELETE …/projects/{project}/llm", "project delete-llm"),
    "create key": ("POST …/keys", "key create"),
    "list keys": ("GET …/keys", "key list"),
    "list Git organizations": ("POST …/git-claims/candidates", "git-claim candidates"),
    "claim": ("POST …/git-claims", "git-claim create"),
    "list claims": ("GET …/git-claims", "git-claim list"),
    "release claim": ("DELETE …/git-claims/{claim}", "git-claim release"),
    "make vouchers": ("POST /api/vouchers", "voucher create"),
    "redeem voucher": ("POST …/vouchers/redeem", "voucher redeem"),
    "buy credit": ("POST …/purchases", "purchase create"),
    "confirm purchase": ("POST …/purchases/{purchase}/confirm", "purchase confirm"),
    "show credit": ("GET …/credits", "credits show"),
    "transfer credit": ("POST …/transfers", "credits transfer"),
    "list transactions": ("GET …/transactions", "credits transactions"),
    "list activity": ("GET …/activity", "activity list"),
}


@dataclass(frozen=True)
class Organization:
    id: str
    slug: str


class Refused(Exception):
    """An act that was not done. The text is the word that programs build on."""


@dataclass(frozen=True)
class Somebody:
    """Whoever holds the token. Absent: nobody in particular."""

    way: object  # ByApi or ByCommand
    token: str = ""
    id: str = ""
    email: str = ""
    home: Organization | None = None  # the personal organization

    def may(self, act, organization=None, **fields):
        """The answer of an act that must be done."""
        return loads(self.way.do(self, act, organization, fields))

    def reads(self, act, organization=None, **fields):
        """The same of an answer that is no JSON."""
        return self.way.do(self, act, organization, fields)

    def may_not(self, reason, act, organization=None, **fields):
        with pytest.raises(Refused, match=f"^{reason}$"):
            self.way.do(self, act, organization, fields)


def parameters_of(path):
    """What stands in braces there, but for the organization."""
    return [name for name in re.findall(r"\{(\w+)\}", path) if name != "organization"]


@dataclass(frozen=True)
class ByApi:
    gateway: Gateway

    def do(self, who, act, organization, fields):
        method, path = ACTS[act][0].replace("…", ONE_ORGANIZATION).split(" ")
        values = {name: fields.pop(name) for name in parameters_of(path)}
        values = {name: getattr(value, "id", value) for name, value in values.items()}
        path = path.format(organization=organization and organization.id, **values)
        if method == "GET" and fields:
            path, fields = f"{path}?{urlencode(fields)}", {}
        answer = self.gateway.request(method, path, key=who.token or None, json=fields or None)
        if answer.status >= 400:
            raise Refused(refusal_of(answer)[1])
        return answer.text


@dataclass(frozen=True)
class ByCommand:
    gateway: Gateway
    home: object  # a directory

    def do(self, who, act, organization, fields):
        route, command = ACTS[act]
        words = command.split(" ")
        values = [fields.pop(name) for name in parameters_of(route)]
        words += [getattr(value, "email", value) for value in values]
        words += ["--org", organization.slug] if organization else []
        words += ["--yes"] if route.startswith("DELETE") else []
        shell = Client(self.gateway.base_url, self.home, who.token)
        if "token" in fields:  # what is secret is no option
            ended = shell.run(*words, "--body", "-", "--json", stdin=json.dumps(fields))
        else:
            ended = shell.run(*words, *options_of(fields), "--json")
        if ended.code != 0:
            assert ended.out == "", (words, ended)
            raise Refused(ended.error.get("reason") or ended.error["code"])
        return ended.out


def options_of(fields):
    for name, value in fields.items():
        yield f"--{name.replace('_', '-')}"
        yield str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)
