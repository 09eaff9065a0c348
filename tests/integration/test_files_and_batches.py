"""Files and batches: passed on with an organization's own provider key, and with no other."""

import pytest

from support.master_key import secrets_of
from support.own_keys import SECRET, Shop
from support.people import refusal_of
from support.processes import Gateway

FORM = (
    b'--cut\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n\x00\xff{}\r\n--cut--\r\n'
)
FORM_TYPE = "multipart/form-data; boundary=cut"
CALLS = [
    ("GET", "/v1/files?limit=2&after=file-1", None),
    ("GET", "/v1/files/file-1", None),
    ("DELETE", "/v1/files/file-1", None),
    ("GET", "/v1/batches?limit=2", None),
    ("POST", "/v1/batches", b'{"input_file_id": "file-1", "endpoint": "/v1/chat/completions"}'),
    ("GET", "/v1/batches/batch-1", None),
    ("POST", "/v1/batches/batch-1/cancel", None),
]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, providers):
    directory = tmp_path_factory.mktemp("files")
    running = Gateway(directory, providers, workers=2, secrets=secrets_of(directory))
    running.start()
    yield running
    assert running.alive(), running.log_file.read_text()[-3000:]
    assert running.stop() == 0


def send(shop, method, path, body=None, key=None, **headers):
    return shop.gateway.request(method, path, key=key or shop.key, body=body, headers=headers)


@pytest.mark.parametrize("method, path, body", CALLS, ids=lambda one: str(one)[:30])
def test_a_call_passes_as_it_is(gateway, scripted, method, path, body):
    scripted.script = lambda exchange: exchange.answer({"id": "x", "usage": {"total_tokens": 9}})
    shop = Shop(gateway)
    shop.store()
    answer = send(shop, method, path, body)
    assert answer.status == 200 and answer.json() == {"id": "x", "usage": {"total_tokens": 9}}
    [asked] = scripted.requests
    assert (asked.method, asked.target, asked.body) == (method, path, body or b"")
    assert asked.header("authorization") == f"Bearer {SECRET}"
    record = shop.record(answer)
    assert record["api_type"] == path.split("/")[2].split("?")[0]
    assert (record["is_byok"], record["total_cost"], record["tokens_prompt"]) == (True, 0, 0)


def test_a_form_with_a_file_passes_byte_for_byte(gateway, scripted):
    scripted.script = lambda exchange: exchange.answer({"id": "file-1"})
    shop = Shop(gateway, "api-keys")
    shop.store()
    answer = send(shop, "POST", "/v1/files", FORM, **{"Content-Type": FORM_TYPE})
    assert answer.status == 200
    [asked] = scripted.requests
    assert asked.body == FORM and asked.header("content-type") == FORM_TYPE


def test_a_files_content_passes_byte_for_byte(gateway, scripted):
    content = bytes(range(256)) * 4000
    scripted.script = lambda exchange: exchange.answer(content, content_type="application/octet-stream")
    shop = Shop(gateway)
    shop.store()
    answer = send(shop, "GET", "/v1/files/file-1/content")
    assert answer.status == 200 and answer.body == content
    assert answer.header("content-type") == "application/octet-stream"


def test_without_an_own_key_nothing_leaves(gateway, scripted):
    shop = Shop(gateway, credit=1)
    for method, path, body in CALLS:
        answer = send(shop, method, path, body)
        assert refusal_of(answer) == (400, "provider_key_required"), path
        assert "own provider key" in answer.error["message"]
    shop.store()
    shop.mode("credits")
    assert refusal_of(send(shop, "GET", "/v1/files")) == (400, "provider_key_required")
    assert scripted.requests == []


def test_what_the_provider_says_of_a_file_is_passed_on_and_rests_nobody(gateway, scripted):
    missing = {"error": {"message": "No such File object", "type": "invalid_request_error", "code": None}}
    scripted.script = lambda exchange: exchange.answer(missing, "404 Not Found")
    shop = Shop(gateway)
    shop.store()
    for _ in range(5):
        answer = send(shop, "GET", "/v1/files/file-none")
        assert answer.status == 404 and "No such File" in answer.error["message"]
    scripted.script = lambda exchange: exchange.answer({"data": []})
    assert send(shop, "GET", "/v1/files").status == 200


@pytest.mark.parametrize(
    "path", ["files/..", "files/%2e%2e", "files/..%2f..%2f", "files/../content", "batches/a%2fb", "batches/../cancel"]
)
def test_an_id_leads_nowhere_else_at_the_provider(gateway, scripted, path):
    shop = Shop(gateway)
    shop.store()
    method = "POST" if path.endswith("cancel") else "GET"
    assert refusal_of(send(shop, method, f"/v1/{path}")) == (400, "invalid_request")
    assert scripted.requests == []


def test_rules_of_models_are_not_evaded_by_a_batch(gateway, scripted):
    shop = Shop(gateway)
    key = shop.store()
    shop.change(key, allowed_models=["test/chat"])
    assert refusal_of(send(shop, "GET", "/v1/batches")) == (400, "provider_key_required")
    shop.store("box", provider="custom", base_url="https://llm.example.com/v1", allowed_models=["llama-4"])
    assert refusal_of(send(shop, "POST", "/v1/batches", b"{}")) == (400, "provider_key_required")
    shop.change(key, allowed_models=None)
    narrow, _ = shop.team.new_key(
        shop.team.admin, project_id=shop.project["id"], rules={"allow_models": ["test/chat"]}
    )
    assert refusal_of(send(shop, "GET", "/v1/batches", key=narrow)) == (403, "key_rule_denied")
    assert scripted.requests == []


def test_a_tenant_has_no_file_of_another(gateway, scripted):
    scripted.script = lambda exchange: exchange.answer({"data": [exchange.request.header("authorization")]})
    first, second = Shop(gateway), Shop(gateway)
    first.store(secret="sk-of-the-first-0000")
    second.store(secret="sk-of-the-second-000")
    for _ in range(3):
        assert send(first, "GET", "/v1/files").json()["data"] == ["Bearer sk-of-the-first-0000"]
        assert send(second, "GET", "/v1/files").json()["data"] == ["Bearer sk-of-the-second-000"]


def test_a_head_is_a_get_whose_body_stays_here(gateway, scripted):
    content = bytes(range(256)) * 1000
    scripted.script = lambda exchange: exchange.answer(content, content_type="application/octet-stream")
    shop = Shop(gateway)
    shop.store()
    with gateway.connect() as connection:
        for method, body in (("HEAD", b""), ("GET", content)):
            connection.send(gateway.bytes_of(method, "/v1/files/file-1/content", key=shop.key))
            answer = connection.read_answer(method=method)
            assert (answer.status, answer.body) == (200, body)
            assert answer.header("content-type") == "application/octet-stream"
    assert [one.method for one in scripted.requests] == ["GET", "GET"]
