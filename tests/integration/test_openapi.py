"""The OpenAPI document and what it promises: it validates, every route does as it says, a property tester finds no
fault."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from support.http_client import request_bytes

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"


@pytest.fixture(scope="module")
def document(gateway):
    answer = gateway.request("GET", "/api/openapi.json")
    assert answer.status == 200 and answer.header("content-type") == "application/json"
    return json.loads(answer.text)


def paths_of(document, account):
    """Every path of the document, its parameters filled in with things that exist."""
    values = {"organization": account.organization, "key": account.hash, "model": "test/chat"}
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


def fault_of(gateway, account, directory, key, *options):
    """What a property tester finds with this key; empty: nothing."""
    settings = directory / "schemathesis.toml"
    settings.write_text(
        f'[parameters]\n"path.organization" = "{account.organization}"\n"path.model" = "test/chat"\n'
        # A method that HTTP here does not know is 501, as it should be (test_routes.py).
        '[phases.coverage]\nunexpected-methods = ["DELETE", "PATCH", "PUT", "TRACE"]\n'
    )
    done = subprocess.run(
        [
            SCHEMATHESIS,
            f"--config-file={settings}",
            "run",
            f"{gateway.base_url}/api/openapi.json",
            f"--checks={CHECKS}",
            "--phases=examples,coverage,fuzzing",
            "--exclude-path-regex=/live$",  # it goes on
            "--max-examples=5",
            "--seed=1",
            "--generation-database=none",
            f"--header=Authorization: Bearer {key}",
            "--no-color",
            *options,
        ],
        capture_output=True,
        text=True,
        cwd=directory,
        timeout=280,
    )
    return "" if done.returncode == 0 else done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.timeout(300)
def test_a_property_tester_finds_no_fault_in_management(start_gateway, hosts, tmp_path):
    gateway = start_gateway(git=hosts.config)
    account = gateway.new_account("5")
    assert not fault_of(gateway, account, tmp_path, gateway.root_key)
    assert gateway.alive()


@pytest.mark.timeout(300)
def test_a_property_tester_finds_no_fault_in_what_a_key_may_do(start_gateway, hosts, tmp_path):
    gateway = start_gateway(git=hosts.config)
    account = gateway.new_account("5")
    assert not fault_of(gateway, account, tmp_path, account.key, "--include-path-regex=^/(api/)?v1/")
    assert gateway.alive()


@pytest.mark.timeout(300)
def test_a_property_tester_finds_no_fault_in_what_a_person_may_do(start_gateway, hosts, tmp_path):
    gateway = start_gateway(git=hosts.config)
    account = gateway.new_account("5")
    owner = gateway.person(organization=account.organization, role="owner")
    paths = "--include-path-regex=^/api/(me|organizations|invitations)"
    assert not fault_of(gateway, account, tmp_path, owner.token, paths)
    assert gateway.alive()
