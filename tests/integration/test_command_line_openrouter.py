"""`tollgate openrouter`: about the organization that is named, with lists that are whole."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.command_line import Client

DONE, NOT_AUTHORIZED, NOT_FOUND, LIST_GOES_ON = 0, 3, 4, 9


@pytest.fixture
def shell_of(gateway, tmp_path):
    return lambda token: Client(gateway.base_url, tmp_path, token)


@pytest.fixture
def owner(shell_of, team):
    return shell_of(team.owner.token)


@pytest.fixture
def slug(owner, team):
    name = f"t-{uuid.uuid4().hex[:8]}"
    owner.may("org", "update", team.organization, "--slug", name)
    return name


def make_keys(gateway, team, count):
    def make(number):
        gateway.manage("POST", f"{team.path}/keys", {"name": f"key {number}"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(count)))


# --- Whose it is


@pytest.mark.parametrize("by", ["id", "slug"])
def test_a_person_names_the_organization(owner, team, slug, by):
    named = team.organization if by == "id" else slug
    current = owner.may("me", "show")["user"]["current_organization_id"]
    assert current != team.organization
    for words, surroundings in (
        (("--org", named), {}),
        ((), {"TOLLGATE_ORG": named}),
        (("--org", named), {"TOLLGATE_ORG": current}),
    ):
        made = owner.may("openrouter", "create-key", "--name", "k", *words, **surroundings)["data"]
        assert made["organization_id"] == team.organization
        members = owner.may("openrouter", "list-organization-members", *words, **surroundings)["data"]
        assert team.member.email in [one["email"] for one in members]
    assert owner.may("openrouter", "create-key", "--name", "k")["data"]["organization_id"] == current
    owner.fails(NOT_FOUND, "openrouter", "list-keys", "--org", "no-such-slug")


def test_names_stand_where_ids_do(owner, team, slug):
    project = owner.may("project", "create", "--org", slug, "--name", "Night Shift")["id"]
    words = ("--workspace-id", "Night Shift", "--creator-user-id", team.member.email)
    made = owner.may("openrouter", "create-key", "--org", slug, "--name", "k", *words)["data"]
    assert (made["workspace_id"], made["creator_user_id"]) == (project, team.member.id)
    listed = owner.may("openrouter", "list-keys", "--org", slug, "--workspace-id", "Night Shift")["data"]
    assert [one["hash"] for one in listed] == [made["hash"]]
    owner.fails(NOT_FOUND, "openrouter", "list-keys", "--workspace-id", "Night Shift")  # it is in no other organization
    owner.may("org", "switch", slug)
    listed = owner.may("openrouter", "list-keys", "--workspace-id", "Night Shift")["data"]
    assert [one["hash"] for one in listed] == [made["hash"]], "without a name it is the current organization"


def test_a_key_is_of_one_organization(gateway, owner, shell_of, team, slug):
    owner.may("project", "create", "--org", slug, "--name", "Night Shift")
    other = owner.may("org", "create", "--name", "Other", "--slug", f"t-{uuid.uuid4().hex[:8]}")
    kinds = {}
    for kind in ("management", "inference"):
        body = {"name": kind, "kind": kind, "creator_user_id": team.owner.id}
        kinds[kind] = shell_of(gateway.manage("POST", f"{team.path}/keys", body)["key"])
    manager = kinds["management"]
    words = ("openrouter", "create-key", "--name", "k", "--workspace-id", "Night Shift")
    for named in ((), ("--org", team.organization), ("--org", slug)):
        assert manager.may(*words, *named)["data"]["organization_id"] == team.organization
    for named in (other["id"], other["slug"]):
        manager.fails(NOT_AUTHORIZED, *words, "--org", named)
        manager.fails(NOT_AUTHORIZED, "openrouter", "list-keys", TOLLGATE_ORG=named)
        kinds["inference"].fails(NOT_AUTHORIZED, "openrouter", "show-credits", "--org", named)
    assert manager.may("project", "list", "--org", slug) == owner.may("project", "list", "--org", slug)
    manager.fails(NOT_AUTHORIZED, "project", "list", "--org", other["slug"])
    caller = kinds["inference"]
    assert caller.may("openrouter", "show-own-key", "--org", team.organization)["data"]["name"] == "inference"
    assert "by its id" in caller.fails(NOT_AUTHORIZED, "openrouter", "show-own-key", "--org", slug)["message"]


# --- Lists


@pytest.fixture
def shell(owner, team):
    """The owner's, whose current organization is the team's."""
    owner.may("org", "switch", team.organization)
    return owner


def test_a_list_by_offset_is_whole(gateway, shell, team):
    make_keys(gateway, team, 105)
    words = ("openrouter", "list-keys")
    pages = [json.loads(page)["data"] for page in shell.run(*words, "--json").out.splitlines()]
    assert [len(page) for page in pages] == [100, 5]
    assert len({key["hash"] for page in pages for key in page}) == 105
    table = shell.run(*words, "--columns", "name")
    assert (table.code, table.err) == (DONE, "") and table.out.count("key ") == 105
    page = shell.run(*words, "--offset", "0", "--json")
    assert (page.code, page.error["code"]) == (LIST_GOES_ON, "list_goes_on") and "--offset 100" in page.err
    assert len(shell.may(*words, "--offset", "100")["data"]) == 5


def test_a_list_that_ends_with_a_full_page_has_no_empty_one(gateway, shell, team):
    make_keys(gateway, team, 100)
    words = ("openrouter", "list-keys")
    assert len(shell.may(*words)["data"]) == 100
    assert shell.run(*words, "--offset", "50", "--json").code == DONE


def test_a_page_by_offset_says_that_there_is_more(shell, team):
    for slug in ("a", "b", "c"):
        team.may(team.owner, "POST", "/presets", {"slug": slug, "model": "test/chat"})
    for verb, field in (("list-presets", "slug"), ("list-organization-members", "email")):
        words = ("openrouter", verb, "--json")
        page = shell.run(*words, "--limit", "2")
        assert (page.code, page.error["code"]) == (LIST_GOES_ON, "list_goes_on") and "--offset 2" in page.err
        rest = shell.run(*words, "--limit", "2", "--offset", "2")
        assert rest.code == DONE and len(rest.json()["data"]) == 1
        pages = shell.run(*words, "--limit", "2", "--all").out.splitlines()
        assert [len(json.loads(one)["data"]) for one in pages] == [2, 1]
        assert len({one[field] for page in pages for one in json.loads(page)["data"]}) == 3
        assert shell.run(*words, "--limit", "3").code == DONE
    models = shell.may("openrouter", "list-models")
    assert len(models["data"]) == models["total_count"] > 1
    assert shell.run("openrouter", "list-models", "--limit", "1", "--json").code == LIST_GOES_ON
