"""OpenRouter's /api/v1/byok: the organization's provider keys under OpenRouter's names."""

import pytest

from support.master_key import secrets_of
from support.people import new_team, refusal_of
from support.processes import Gateway

BYOK = "/api/v1/byok"
SECRET = "sk-own-0123456789abcd"


@pytest.fixture(scope="module")
def keeper(tmp_path_factory, providers):
    directory = tmp_path_factory.mktemp("keeper")
    running = Gateway(directory, providers, workers=1, secrets=secrets_of(directory)).start()
    yield running
    assert running.stop() == 0


def takes(secret):
    def script(exchange):
        good = exchange.request.header("authorization") == f"Bearer {secret}"
        exchange.answer({"data": [{"id": "m"}]} if good else {}, "200 OK" if good else "401 No")

    return script


class Manager:
    """A team's owner by a management key."""

    def __init__(self, gateway):
        self.team = new_team(gateway)
        body = {"name": "m", "kind": "management", "creator_user_id": self.team.owner.id}
        self.key = gateway.manage("POST", f"{self.team.path}/keys", body)["key"]
        self.gateway = gateway

    def ask(self, method, below="", json=None):
        return self.gateway.request(method, BYOK + below, key=self.key, json=json)

    def may(self, method, below="", json=None):
        answer = self.ask(method, below, json)
        assert answer.status in (200, 201), answer.body
        return answer.json()

    def made(self, **fields):
        return self.may("POST", "", {"provider": "scripted", "key": SECRET} | fields)["data"]

    def stored(self):
        return self.team.may(self.team.owner, "GET", "/provider-keys")["data"]


@pytest.fixture
def manager(keeper, scripted):
    scripted.script = takes(SECRET)
    return Manager(keeper)


def test_a_key_is_tried_stored_sealed_and_never_shown(manager, scripted):
    key = manager.made(name="main", allowed_models=["test/chat"])
    assert scripted.requests[-1].header("authorization") == f"Bearer {SECRET}"
    assert key == {
        "id": key["id"],
        "provider": "scripted",
        "name": "main",
        "label": "****abcd",
        "sort_order": 0,
        "workspace_id": None,
        "created_at": key["created_at"],
        "allowed_models": ["test/chat"],
        "allowed_api_key_hashes": None,
        "allowed_user_ids": None,
        "declared_zdr": None,
        "declared_region": None,
        "disabled": False,
        "is_byok_only": False,
        "is_fallback": False,
        "is_required": False,
    }
    assert manager.may("GET", f"/{key['id']}") == {"data": key}
    [same] = manager.stored()
    assert (same["id"], same["label"], same["secret"]) == (key["id"], "main", "****abcd")
    assert all(SECRET not in manager.ask("GET", below).text for below in ("", f"/{key['id']}"))


def test_a_key_that_its_provider_refuses_is_not_stored(manager, scripted):
    scripted.script = takes("another")
    answer = manager.ask("POST", "", {"provider": "scripted", "key": SECRET})
    assert answer.status == 409 and answer.error["metadata"]["reason"] == "provider_test_failed"
    assert SECRET not in answer.text and "skip_test" not in answer.text
    assert manager.stored() == []
    scripted.script = takes(SECRET)
    key = manager.made()
    scripted.script = takes("another")
    assert manager.ask("PATCH", f"/{key['id']}", {"key": "sk-own-wrong-zzzz"}).status == 409
    assert manager.may("GET", f"/{key['id']}")["data"]["label"] == "****abcd"


def test_a_key_without_a_name_gets_one(manager):
    assert [manager.made()["name"] for _ in range(3)] == ["scripted", "scripted 2", "scripted 3"]
    answer = manager.ask("POST", "", {"provider": "scripted", "key": SECRET, "name": "scripted"})
    assert answer.status == 409 and answer.error["metadata"]["reason"] == "name_taken"


def test_a_change_keeps_what_it_does_not_name_and_null_clears(manager, scripted):
    key = manager.made(name="main", allowed_models=["test/chat"])
    path = f"/{key['id']}"
    changed = manager.may("PATCH", path, {"disabled": True, "is_fallback": True})["data"]
    assert changed == key | {"disabled": True, "is_fallback": True}
    changed = manager.may("PATCH", path, {"allowed_models": None, "name": "other"})["data"]
    assert (changed["allowed_models"], changed["name"], changed["disabled"]) == (None, "other", True)
    assert manager.may("PATCH", path, {"name": None})["data"]["name"] == "scripted"
    scripted.script = takes("sk-own-rotated-wxyz")
    assert manager.may("PATCH", path, {"key": "sk-own-rotated-wxyz"})["data"]["label"] == "****wxyz"
    assert manager.may("DELETE", path) == {"deleted": True}
    assert manager.ask("GET", path).status == 404 and manager.stored() == []


def test_row_15_all_that_was_read_may_come_back(manager):
    key = manager.made(name="main", allowed_models=["test/chat"])
    path = f"/{key['id']}"
    assert manager.may("PATCH", path, key)["data"] == key
    assert manager.may("PATCH", path, key | {"disabled": True})["data"] == key | {"disabled": True}
    for shown in ({"provider": "sample"}, {"sort_order": 1}, {"workspace_id": key["id"]}, {"label": "****zzzz"}):
        answer = manager.ask("PATCH", path, key | {"name": "other"} | shown)
        assert answer.status == 403 and f"'{next(iter(shown))}'" in answer.error["message"], answer.body
    answer = manager.ask("PATCH", path, key | {"color": "red"})
    assert answer.status == 400 and "'color'" in answer.error["message"]
    assert manager.ask("PATCH", path, {"is_required": True}).status == 400
    assert manager.may("GET", path)["data"] == key | {"disabled": True}


def test_the_name_that_null_gives_stays(manager):
    first, second = manager.made(), manager.made()
    for _ in range(3):
        assert manager.may("PATCH", f"/{first['id']}", {"name": None})["data"]["name"] == "scripted"
        assert manager.may("PATCH", f"/{second['id']}", {"name": None})["data"]["name"] == "scripted 2"


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"key": "short"}, "key: must be 8 to 4096 visible characters"),
        ({"key": "sk-own-0123 456789"}, "key: must be"),
        ({"allowed_api_key_hashes": ["0" * 64]}, "allowed_api_key_hashes: the organization has no key 000"),
        ({"allowed_models": ["m" * 1000]}, "allowed_models: "),
        ({"name": "n" * 1000}, "name: "),
        ({"name": "taken"}, "the organization has a provider key of this name"),
    ],
)
def test_errors_name_the_fields_of_this_api(manager, scripted, wrong, says):
    scripted.script = lambda exchange: exchange.answer({"data": []}, "200 OK")
    manager.made(name="taken")
    key = manager.made(name="main")
    for answer in (
        manager.ask("POST", "", {"provider": "scripted", "key": SECRET} | wrong),
        manager.ask("PATCH", f"/{key['id']}", wrong),
    ):
        assert answer.status in (400, 409) and answer.error["message"].startswith(says), answer.body


@pytest.mark.parametrize("provider, needs", [("custom", "base_url"), ("azure", "resource"), ("google-vertex", "region")])
def test_what_has_no_field_here_is_sent_to_provider_keys(manager, provider, needs):
    answer = manager.ask("POST", "", {"provider": provider, "key": SECRET})
    assert answer.status == 400, answer.body
    assert f"{needs}: is required for {provider}" in answer.error["message"]
    assert "/api/organizations/{organization}/provider-keys" in answer.error["message"]


def test_lists_page_by_offset_and_filter(manager):
    made = [manager.made()["id"] for _ in range(3)]
    whole = manager.may("GET")
    assert [key["id"] for key in whole["data"]] == made and whole["total_count"] == 3
    part = manager.may("GET", "?offset=1&limit=1")
    assert [key["id"] for key in part["data"]] == made[1:2] and part["total_count"] == 3
    assert manager.may("GET", "?provider=sample") == {"data": [], "total_count": 0}
    [project] = manager.team.may(manager.team.owner, "GET", "/projects")["data"]
    assert len(manager.may("GET", f"?workspace_id={project['id']}")["data"]) == 3
    assert manager.ask("GET", f"?workspace_id={made[0]}").status == 404
    assert manager.ask("GET", "?limit=101").status == 400


@pytest.mark.parametrize(
    "wider",
    [
        {"is_required": True},
        {"is_byok_only": True},
        {"declared_zdr": True},
        {"declared_region": "europe"},
        {"allowed_user_ids": ["00000000-0000-7000-8000-000000000001"]},
        {"workspace_id": "00000000-0000-7000-8000-000000000001"},
        {"allowed_api_key_hashes": []},
        {"provider": "galaxy"},
        {"base_url": "https://elsewhere.test"},
    ],
)
def test_what_the_gateway_lacks_is_refused_and_not_dropped(manager, wider):
    answer = manager.ask("POST", "", {"provider": "scripted", "key": SECRET} | wider)
    assert answer.status == 400 and next(iter(wider)) in answer.error["message"]
    assert manager.stored() == []


def test_keys_are_their_organizations(manager, keeper):
    key = manager.made()
    stranger = Manager(keeper)
    for method, body in (("GET", None), ("PATCH", {"disabled": True}), ("DELETE", None)):
        assert stranger.ask(method, f"/{key['id']}", body).status == 404
    assert stranger.may("GET") == {"data": [], "total_count": 0}
    inference = manager.team.may(manager.team.owner, "POST", "/keys", {"name": "i"})["key"]
    assert keeper.request("GET", BYOK, key=inference).status == 403
    assert keeper.request("GET", BYOK, key=manager.team.member.token, headers={"X-Org-Id": manager.team.organization}).status == 403
    assert refusal_of(keeper.request("GET", BYOK, key=keeper.root_key))[0] == 400
