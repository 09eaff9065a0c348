"""The life of an organization, from the registration of two people to its end: by the API alone, and once more by the
command line alone. Models are called as clients call them, in both."""

import csv
import io
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from support.chat import chat
from support.git_hosts import OWNER, GithubAccount, GitlabAccount
from support.mail import DropFolder, mail_config, token_in
from support.processes import Gateway
from support.two_ways import ByApi, ByCommand, Organization, Somebody

GITHUB_TOKEN, GITLAB_TOKEN = "ghp_of-ann", "glpat_of-ann"


@dataclass
class Life:
    """Where it happens, and what it cost until now."""

    gateway: Gateway
    folder: DropFolder
    nobody: Somebody
    operator: Somebody
    spent: dict = field(default_factory=dict)  # by the person's id

    def ask_model(self, who, key, **headers):
        """A request that names no model: the answer, paid and counted for that person."""
        body = chat("prompt_tokens=50 completion_tokens=50", model=None)
        answer = self.gateway.request("POST", "/v1/chat/completions", key=key, json=body, headers=headers)
        assert answer.status == 200, answer.body
        self.spent[who.id] = self.spent.get(who.id, 0) + answer.json()["usage"]["cost"]
        return answer

    def model_of(self, who, key):
        """What answers such a request, and which level chose it."""
        answer = self.ask_model(who, key)
        return answer.header("x-tollgate-model"), answer.header("x-tollgate-model-source")


@pytest.fixture
def git(hosts):
    """Ann administers an organization at GitHub, and a group in another one at GitLab."""
    hosts.github = {GITHUB_TOKEN: GithubAccount({"Corner-Shop": ("admin", "active"), "other": ("member", "active")})}
    hosts.gitlab = {GITLAB_TOKEN: GitlabAccount(7, {"market": OWNER})}
    hosts.groups, hosts.renamed, hosts.script = ["market", "market/shop"], {}, None
    return hosts


@pytest.fixture(params=[ByApi, ByCommand], ids=["by_the_api", "by_commands"])
def life(request, start_gateway, git, tmp_path):
    folder = DropFolder(tmp_path / "mail")
    mail = mail_config({"drop_folder": str(folder.path)}, registration="open")
    gateway = start_gateway(git=git.config, workers=2, **mail)
    way = ByApi(gateway) if request.param is ByApi else ByCommand(gateway, tmp_path)
    return Life(gateway, folder, Somebody(way), Somebody(way, gateway.root_key))


def register(life, name):
    email = f"{name.lower()}-{uuid.uuid4().hex[:8]}@people.test"
    life.nobody.may("register", email=email, name=name)
    link = token_in(life.folder.one(email))
    assert life.nobody.may("read mailed link", token=link)["kind"] == "registration"
    made = life.nobody.may("confirm mailed link", token=link, token_name="laptop")
    user, token = made["user"], made["personal_token"]
    assert user["email_verified"] and user["email"] == email
    [home] = Somebody(life.nobody.way, token).may("show myself")["organizations"]
    assert (home["kind"], home["role"]) == ("personal", "owner")
    return Somebody(life.nobody.way, token, user["id"], email, Organization(home["id"], home["slug"]))


def found_organization(ann):
    made = ann.may("create organization", name="Shop", slug=f"shop-{uuid.uuid4().hex[:8]}")
    shop = Organization(made["id"], made["slug"])
    assert {(one["user_id"], one["role"]) for one in ann.may("list members", shop)["data"]} == {(ann.id, "owner")}
    return shop


def invite_and_accept(life, shop, ann, bob):
    bob.may_not("not_found", "show organization", shop)
    [sent] = ann.may("invite", shop, email=bob.email, role="member")["data"]
    assert sent["mailed"] is True
    token = token_in(life.folder.one(bob.email, 2))  # the first was of the registration
    for _ in range(2):
        assert bob.may("read invitation", token=token)["state"] == "pending"
    assert bob.may("accept invitation", token=token)["role"] == "member"
    bob.may_not("already_member", "accept invitation", token=token)


def change_roles(shop, ann, bob):
    bob.may_not("permission_denied", "create project", shop, name="Web")
    bob.may_not("permission_denied", "change member", shop, member=bob, role="admin")
    assert ann.may("change member", shop, member=bob, role="admin")["role"] == "admin"
    bob.may_not("owner_only", "change member", shop, member=ann, role="member")


def make_default_project(shop, bob):
    project = bob.may("create project", shop, name="Web")["id"]
    assert bob.may("make project default", shop, project=project)["is_default"] is True
    return project


def make_key(shop, who, project, **fields):
    made = who.may("create key", shop, name=f"key of {who.email}", **fields)
    assert (made["data"]["project_id"], made["data"]["creator_user_id"]) == (project, who.id)
    assert made["data"]["hash"] in {one["hash"] for one in who.may("list keys", shop)["data"]}
    return made["key"], made["data"]["hash"]


def fill_with_credit(life, shop, ann):
    [voucher] = life.operator.may("make vouchers", amount=12.5)["data"]
    assert ann.may("redeem voucher", shop, code=voucher["code"])["balance"] == 12.5
    ann.may_not("voucher_used", "redeem voucher", ann.home, code=voucher["code"])
    bought = ann.may("buy credit", shop, amount=10)["transaction_id"]
    assert ann.may("show credit", shop)["balance"] == 12.5, "it is not confirmed yet"
    assert life.operator.may("confirm purchase", shop, purchase=bought)["balance"] == 22.5


def set_defaults_and_overrides(life, shop, project, ann, anns_key, bob, bobs_key):
    """Bob's own model holds where overrides are allowed, for what he asks; else the nearest default."""
    ann.may("set default", shop, model="test/chat")
    assert life.model_of(ann, anns_key) == ("test/chat", "organization")
    ann.may("set project's default", shop, project=project, model="test/odd")
    assert life.model_of(ann, anns_key) == ("test/odd", "project")
    bob.may("set override", shop, model="test/chat")
    assert life.model_of(bob, bobs_key) == ("test/chat", "member")
    ann.may("set default", shop, model="test/chat", allow_overrides=False)
    bob.may_not("overrides_forbidden", "set override", shop, model="test/odd")
    assert life.model_of(bob, bobs_key) == ("test/odd", "project")
    ann.may("clear project's default", shop, project=project)
    assert life.model_of(bob, bobs_key) == ("test/chat", "organization")


def claim_git_organizations(shop, ann, bob):
    found = ann.may("list Git organizations", shop, provider="github", token=GITHUB_TOKEN)["data"]
    assert [(one["git_organization"], one["claimed_by"]) for one in found] == [("corner-shop", None)]
    at_github = {"provider": "github", "git_organization": "corner-shop", "token": GITHUB_TOKEN}
    at_gitlab = {"provider": "gitlab", "git_organization": "market/shop", "token": GITLAB_TOKEN}
    bob.may_not("permission_denied", "claim", shop, **at_github)
    for claim in (at_github, at_gitlab):
        assert ann.may("claim", shop, **claim)["method"] == "token"
        ann.may_not("already_claimed", "claim", ann.home, **claim)
    claims = {one["git_organization"]: one["id"] for one in ann.may("list claims", shop)["data"]}
    assert set(claims) == {"corner-shop", "market/shop"}
    return claims


def spend_for_claimed_repositories(life, shop, ann, claims):
    for provider, repository in (("github", "Corner-Shop/site"), ("gitlab", "market/shop/site")):
        git = {"X-Git-Provider": provider, "X-Git-Repository": repository}
        answer = life.ask_model(ann, ann.token, **git)
        assert answer.header("x-tollgate-organization") == shop.id
        assert answer.header("x-tollgate-routed-by") == "git_claim"
    assert ann.may("release claim", shop, claim=claims["market/shop"]) == {"deleted": True}
    rows = ann.may("list activity", shop, git_repository="corner-shop/site")["data"]
    assert [(row["git_claim_id"], row["member_id"]) for row in rows] == [(claims["corner-shop"], ann.id)]


def report_finances(life, shop, ann, bob):
    ann.may("limit member", shop, member=bob, limit=5, limit_reset="monthly")
    rows = {one["user_id"]: one for one in ann.may("report finances", shop)["items"]}
    assert {user: row["lifetime_spend"] for user, row in rows.items()} == life.spent
    assert (rows[ann.id]["max_budget"], rows[ann.id]["current_budget"]) == (None, None)
    assert (rows[bob.id]["max_budget"], rows[bob.id]["current_budget"]) == (5, 5 - life.spent[bob.id])
    assert ann.may("show credit", shop)["total_usage"] == sum(life.spent.values())


def read_activity_by_key(life, shop, bob, bobs_hash):
    rows = bob.may("list activity", shop, key=bobs_hash)["data"]
    assert sum(row["usage"] for row in rows) == life.spent[bob.id] and len(rows) == 3
    table = list(csv.DictReader(io.StringIO(bob.reads("list activity", shop, key=bobs_hash, format="csv"))))
    assert [row["id"] for row in table] == [row["id"] for row in rows]


def transfer_credit(life, shop, ann, bob):
    bob.may_not("permission_denied", "transfer credit", shop, to=bob.home.id, amount=4)
    assert ann.may("transfer credit", shop, to=ann.home.id, amount=4)["amount"] == -4
    assert ann.may("show credit", ann.home)["balance"] == 4
    rows = ann.may("list transactions", shop)["data"]
    assert {row["kind"] for row in rows} == {"grant", "purchase", "usage", "transfer"}
    assert ann.may("show credit", shop)["balance"] == Decimal("18.5") - sum(life.spent.values())


def leave(life, shop, ann, bob, bobs_key):
    """The last owner stays; Bob goes, and his keys with him."""
    ann.may_not("last_owner", "remove member", shop, member=ann)
    ann.may_not("last_owner", "change member", shop, member=ann, role="admin")
    assert bob.may("remove member", shop, member=bob) == {"removed": True, "keys_disabled": 1}
    assert life.gateway.request("POST", "/v1/chat/completions", key=bobs_key, json=chat()).status == 401
    bob.may_not("not_found", "show organization", shop)


def delete(life, shop, ann, anns_key):
    ann.may_not("confirmation_needed", "delete organization", shop, confirm="shop")
    ann.may_not("credit_left", "delete organization", shop, confirm="Shop")
    assert ann.may("delete organization", shop, confirm="Shop", forfeit=True)["deleted"] is True
    ann.may_not("not_found", "show organization", shop)
    assert life.gateway.request("POST", "/v1/chat/completions", key=anns_key, json=chat()).status == 401
    by_id = Organization(shop.id, shop.id)  # the slug is free again
    assert len(life.operator.may("list transactions", by_id)["data"]) > 3
    ann.may("claim", ann.home, provider="github", git_organization="corner-shop", token=GITHUB_TOKEN)


def test_the_life_of_an_organization(life):
    ann, bob = register(life, "Ann"), register(life, "Bob")
    shop = found_organization(ann)
    invite_and_accept(life, shop, ann, bob)
    change_roles(shop, ann, bob)
    project = make_default_project(shop, bob)
    anns_key, _ = make_key(shop, ann, project)
    bobs_key, bobs_hash = make_key(shop, bob, project, limit=5, limit_reset="monthly")
    fill_with_credit(life, shop, ann)
    set_defaults_and_overrides(life, shop, project, ann, anns_key, bob, bobs_key)
    claims = claim_git_organizations(shop, ann, bob)
    spend_for_claimed_repositories(life, shop, ann, claims)
    report_finances(life, shop, ann, bob)
    read_activity_by_key(life, shop, bob, bobs_hash)
    transfer_credit(life, shop, ann, bob)
    leave(life, shop, ann, bob, bobs_key)
    delete(life, shop, ann, anns_key)
