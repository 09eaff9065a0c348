"""What the command line makes of names: one thing that is meant, or a refusal."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.command_line import Client

WRONG_USAGE, NOT_FOUND = 2, 4


@pytest.fixture
def owner(gateway, team, tmp_path):
    return Client(gateway.base_url, tmp_path, team.owner.token)


def test_names_that_differ_in_case_only_are_not_mixed_up(owner, team):
    of = ("--org", team.organization)
    small, large = (owner.may("project", "create", *of, "--name", name)["id"] for name in ("shop", "SHOP"))
    assert [owner.may("project", "show", name, *of)["id"] for name in ("shop", "SHOP")] == [small, large]
    key = owner.may("key", "create", *of, "--name", "k", "--project-id", "SHOP")["data"]
    assert key["project_id"] == large
    for words in (("project", "delete", "Shop", "--yes"), ("key", "list", "--project-id", "Shop")):
        error = owner.fails(WRONG_USAGE, *words, *of)
        assert error["code"] == "ambiguous_name"
        assert all(part in error["message"] for part in (f"shop ({small})", f"SHOP ({large})"))
    owner.may("project", "update", "SHOP", *of, "--archived", "true")
    assert owner.may("project", "delete", "SHOP", *of, "--yes") == {"deleted": True}
    assert owner.may("project", "show", "Shop", *of)["id"] == small, "the only one that is left"
    assert owner.fails(NOT_FOUND, "project", "show", "sho", *of)["code"] == "not_found"


def test_an_exact_name_is_found_on_a_later_page(tmp_path):
    pages = [[{"id": str(uuid.UUID(int=1)), "name": "shop"}], [{"id": str(uuid.UUID(int=2)), "name": "SHOP"}]]
    deleted = []

    class Paged(BaseHTTPRequestHandler):
        def answer(self, value):
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            number = 1 if "cursor=2" in self.path else 0
            self.answer({"data": pages[number], "next_cursor": None if number else "2"})

        def do_DELETE(self):
            deleted.append(self.path.rpartition("/")[2])
            self.answer({"deleted": True})

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Paged) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shell = Client("http://127.0.0.1:%d" % server.server_port, tmp_path, "sk-tg-user-any")
        shell.may("project", "delete", "SHOP", "--yes", "--org", str(uuid.UUID(int=9)))
        server.shutdown()
    assert deleted == [str(uuid.UUID(int=2))]


def test_an_organization_that_is_named_twice_is_the_same(owner):
    one, other = (f"t-{uuid.uuid4().hex[:8]}" for _ in range(2))
    for slug in (one, other):
        owner.may("org", "create", "--name", slug, "--slug", slug)
    error = owner.fails(WRONG_USAGE, "org", "delete", one, "--org", other, "--yes")
    assert error["code"] == "wrong_usage" and one in error["message"] and other in error["message"]
    assert owner.may("org", "show", one, "--org", one)["slug"] == one
    assert owner.may("org", "show", one, TOLLGATE_ORG=other)["slug"] == one, "a command's word is before the surroundings"
    assert owner.may("org", "show", "--org", one, TOLLGATE_ORG=other)["slug"] == one
