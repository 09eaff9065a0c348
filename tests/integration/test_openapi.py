"""The OpenAPI document and what it promises: it validates, every route does as it says, a property tester finds no
fault."""

import json
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from support.http_client import request_bytes
from support.mutations import config_for_mutations
from support.people import new_team

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
LONGEST_S = 3600 if "TOLLGATE_EXAMPLES" in os.environ else 300  # of one caller
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"


@pytest.fixture(scope="module")
def document(gateway):
    answer = gateway.request("GET", "/api/openapi.json")
    assert answer.status == 200 and answer.header("content-type") == "application/json"
    return json.loads(answer.text)


def paths_of(document, account):
    """Every path of the document, its parameters filled in with things that exist."""
    values = {"organization": account.organization, "key": account.hash, "model": "test/chat"}
    values |= {"author": "test", "slug": "chat"}
    for template, operations in document["paths"].items():
        taken = [method.upper() for method in operations]
        path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], account.organization), template)
        if path.endswith("/live"):
            path += "?seconds=0"  # it would go on
        yield path, taken + ["HEAD"] * ("GET" in taken), operations


def test_the_document_is_valid(document):
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_names_its_methods(gateway, account, document):
    for path, taken, _ in paths_of(document, account):
        answer = gateway.request("OPTIONS", path)
        assert answer.status == 204, path
        assert sorted(answer.header("allow").split(", ")) == sorted([*taken, "OPTIONS"]), path


def test_a_wrong_method_is_405_with_the_true_allow_on_every_route(gateway, account, document):
    for path, taken, _ in paths_of(document, account):
        for method in set(METHODS) - set(taken):
            answer = gateway.request(method, path, key=gateway.root_key)
            assert answer.status == 405, (method, path)
            assert sorted(answer.header("allow").split(", ")) == sorted([*taken, "OPTIONS"]), path


def test_head_is_get_without_a_body_on_every_route(gateway, account, document):
    for path, taken, operations in paths_of(document, account):
        if "GET" not in taken:
            continue
        for key in (gateway.root_key, account.key):
            with gateway.connect() as connection:
                connection.send(gateway.bytes_of("GET", path, key=key))
                got = connection.read_answer()
                connection.send(gateway.bytes_of("HEAD", path, key=key))
                head = connection.read_answer(method="HEAD")
                connection.send(request_bytes("GET", "/"))
                assert connection.read_answer().status == 200, "what followed HEAD was no answer"
            assert head.status == got.status and head.body == b"", path
            assert head.header("content-type") == got.header("content-type"), path
            assert "content-length" in dict(head.headers) or got.chunked, path


def test_every_route_but_the_open_ones_needs_a_key(gateway, account, document):
    for path, _, operations in paths_of(document, account):
        for method, operation in operations.items():
            answer = gateway.request(method.upper(), path, body=b"{}" if method != "get" else None)
            assert (answer.status == 401) == ("security" not in operation), (method, path, answer.status)


CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
PEOPLES = "^/api/(me|organizations|invitations)"
KEYS = "^/(api/)?v1/"
# Random calls of each operation. Named by somebody, every caller also tries all limits of every operation.
EXAMPLES = os.environ.get("TOLLGATE_EXAMPLES")
ALL_PHASES, RANDOM_CALLS = "examples,coverage,fuzzing", "fuzzing"


def fault_of(gateway, directory, key, parameters, phases, *options):
    """What a property tester finds with this key; empty: nothing. `parameters` of paths have the values given."""
    settings = directory / "schemathesis.toml"
    settings.write_text(
        "[parameters]\n"
        + "".join(f'"path.{name}" = "{value}"\n' for name, value in parameters.items())
        # A method that HTTP here does not know is 501, as it should be (test_routes.py).
        + '[phases.coverage]\nunexpected-methods = ["DELETE", "PATCH", "PUT", "TRACE"]\n'
    )
    done = subprocess.run(
        [
            SCHEMATHESIS,
            f"--config-file={settings}",
            "run",
            f"{gateway.base_url}/api/openapi.json",
            f"--checks={CHECKS}",
            f"--phases={ALL_PHASES if EXAMPLES else phases}",
            "--exclude-path-regex=/live$",  # it goes on
            f"--max-examples={EXAMPLES or 5}",
            "--seed=1",
            "--generation-database=none",
            f"--header=Authorization: Bearer {key}",
            "--no-color",
            *options,
        ],
        capture_output=True,
        text=True,
        cwd=directory,
        timeout=LONGEST_S - 20,
    )
    return "" if done.returncode == 0 else done.stdout[-6000:] + done.stderr[-2000:]


@pytest.fixture
def tried(start_gateway, hosts, tmp_path):
    """A gateway that can do everything, with a team that has credit."""
    team = new_team(start_gateway(git=hosts.config, **config_for_mutations(tmp_path)))
    team.gateway.manage("POST", f"{team.path}/credits", {"amount": 100})
    return team


def key_of(team, caller):
    if caller == "operator":
        return team.gateway.root_key
    if caller in ("owner", "admin", "member"):
        return getattr(team, caller).token
    scopes = {"scopes": ["git:attribute"]} if caller == "service" else {}
    body = {"name": caller, "kind": caller, "creator_user_id": team.owner.id} | scopes
    return team.gateway.manage("POST", f"{team.path}/keys", body)["key"]


@pytest.mark.timeout(LONGEST_S)
@pytest.mark.parametrize("caller, paths", [("operator", "."), ("owner", PEOPLES), ("inference", KEYS)])
def test_a_property_tester_finds_no_fault_at_any_limit(tried, tmp_path, caller, paths):
    """Of things that are not there: whose ids are made up."""
    parameters = {"organization": tried.organization, "model": "test/chat", "author": "test", "slug": "chat"}
    key = key_of(tried, caller)
    assert not fault_of(tried.gateway, tmp_path, key, parameters, ALL_PHASES, f"--include-path-regex={paths}")
    assert tried.gateway.alive()


def things_of(team):
    """By the name of a path's parameter, one thing of the team each."""

    def made(below, body):
        return team.gateway.manage("POST", team.path + below, body)

    provider_key = {"provider": "sample", "label": "main", "secret": "sk-own-0123456789", "skip_test": True}
    invited = made("/invitations", {"email": f"{uuid.uuid4().hex[:8]}@people.test"})["data"]
    return {
        "organization": team.organization,
        "model": "test/chat",
        "author": "test",
        "slug": "chat",
        "member": team.member.id,
        "project": made("/projects", {"name": "tried"})["id"],
        "key": made("/keys", {"name": "tried"})["data"]["hash"],
        "preset": made("/presets", {"slug": "tried"})["slug"],
        "claim": made("/git-claims", {"provider": "github", "git_organization": "tried"})["id"],
        "provider_key": made("/provider-keys", provider_key)["id"],
        "purchase": made("/purchases", {"amount": 20})["transaction_id"],
        "credit_request": team.may(team.member, "POST", "/credit-requests", {"amount": 5})["id"],
        "invitation": invited[0]["invitation"]["id"],
        "user": team.member.id,
    }


@pytest.mark.timeout(LONGEST_S)
@pytest.mark.parametrize(
    "caller, paths",
    [
        ("operator", "^/api/(users|allowances|vouchers|audit|usage|credits|mail)"),
        ("owner", PEOPLES),
        ("admin", PEOPLES),
        ("member", PEOPLES),
        ("management", "^/api/(v1|organizations)"),
        ("inference", KEYS),
        ("service", KEYS),
    ],
)
def test_a_property_tester_finds_no_fault_with_what_is_there(tried, tmp_path, caller, paths):
    """Nothing is deleted, so that it stays there."""
    options = (f"--include-path-regex={paths}", "--exclude-method=DELETE")
    key = key_of(tried, caller)
    assert not fault_of(tried.gateway, tmp_path, key, things_of(tried), RANDOM_CALLS, *options)
    assert tried.gateway.alive()
