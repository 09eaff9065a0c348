"""`tollgate openrouter`: lists that are whole."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.command_line import Client

DONE, LIST_GOES_ON = 0, 9


@pytest.fixture
def shell_of(gateway, tmp_path):
    return lambda token: Client(gateway.base_url, tmp_path, token)


@pytest.fixture
def owner(shell_of, team):
    return shell_of(team.owner.token)


def make_keys(gateway, team, count):
    def make(number):
        gateway.manage("POST", f"{team.path}/keys", {"name": f"key {number}"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(count)))


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
