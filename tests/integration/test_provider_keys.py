"""Provider keys: stored sealed, tried before, shown masked, sent to one host only."""

import threading
import time

import pytest

from support.master_key import secrets_of
from support.people import new_team, refusal_of
from support.processes import Gateway

SECRET = "sk-own-0123456789abcd"
KEYS = "/provider-keys"


def takes(secret, models=3):
    """A script of a provider that takes one key."""

    def script(exchange):
        good = exchange.request.header("authorization") == f"Bearer {secret}"
        listed = [{"id": str(number)} for number in range(models)]
        exchange.answer({"data": listed} if good else {}, "200 OK" if good else "401 No")

    return script


@pytest.fixture(scope="module")
def keeper(tmp_path_factory, providers):
    """A gateway with a master key; own base URLs may be on 127.0.0.2."""
    directory = tmp_path_factory.mktemp("keeper")
    running = Gateway(
        directory,
        providers,
        workers=1,
        secrets=secrets_of(directory),
        provider_keys={"allowed_networks": ["127.0.0.2/32"]},
    )
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def crew(keeper):
    return new_team(keeper)


def body(**fields):
    return {"provider": "scripted", "label": "main", "secret": SECRET} | fields


def made(crew, **fields):
    return crew.may(crew.admin, "POST", KEYS, body(skip_test=True, **fields))


def test_a_key_is_tried_at_its_provider_before_it_is_stored(crew, scripted):
    scripted.script = takes(SECRET)
    key = crew.may(crew.admin, "POST", KEYS, body())
    [asked] = scripted.requests
    assert (asked.method, asked.target) == ("GET", "/v1/models")
    assert asked.header("authorization") == f"Bearer {SECRET}"
    assert (key["secret"], key["base_url"], key["label"]) == ("****abcd", None, "main")
    assert key["origin"] == f"http://127.0.0.1:{scripted.address[1]}"
    assert crew.may(crew.owner, "GET", KEYS)["data"] == [key]
    assert crew.may(crew.owner, "GET", f"{KEYS}/{key['id']}") == key


def test_a_key_that_the_provider_refuses_is_not_stored(crew, scripted):
    scripted.script = takes("another")
    answer = crew.ask(crew.admin, "POST", KEYS, body())
    assert refusal_of(answer) == (409, "provider_test_failed")
    assert "401" in answer.error["message"] and SECRET not in answer.text
    assert crew.may(crew.admin, "GET", KEYS)["data"] == []
    assert crew.ask(crew.admin, "POST", KEYS, body(skip_test=True)).status == 201


@pytest.mark.parametrize("name", ["down", "scripted"])
def test_a_provider_that_does_not_answer_is_said(crew, scripted, name):
    scripted.script = lambda exchange: exchange.reset()
    answer = crew.ask(crew.admin, "POST", KEYS, body(provider=name))
    assert refusal_of(answer) == (409, "provider_test_failed") and "could not be asked" in answer.error["message"]


def test_no_redirect_takes_the_key_elsewhere(crew, scripted):
    elsewhere = f"{scripted.base_url}/elsewhere"
    scripted.script = lambda exchange: exchange.answer({}, "302 Found", extra={"Location": elsewhere})
    answer = crew.ask(crew.admin, "POST", KEYS, body())
    assert refusal_of(answer) == (409, "provider_test_failed") and len(scripted.requests) == 1


def test_a_stored_key_is_tried_again_when_asked(crew, scripted):
    key = made(crew)
    path = f"{KEYS}/{key['id']}/test"
    scripted.script = takes(SECRET, models=7)
    tried = crew.may(crew.admin, "POST", path)
    assert tried == {"tested": True, "accepted": True, "status": 200, "models": 7, "message": None}
    scripted.script = takes("another")
    tried = crew.may(crew.admin, "POST", path)
    assert (tried["accepted"], tried["status"], tried["models"]) == (False, 401, None)
    assert scripted.requests[-1].header("authorization") == f"Bearer {SECRET}"


def test_row_63_a_change_that_names_no_secret_leaves_it_as_it_is(crew, scripted):
    key = made(crew)
    path = f"{KEYS}/{key['id']}"
    read = crew.may(crew.admin, "GET", path)
    rotated = crew.may(crew.admin, "PATCH", path, {"secret": "sk-own-rotated-wxyz", "skip_test": True})
    assert rotated["secret"] == "****wxyz" and rotated["secret_set_at"] >= key["secret_set_at"]
    stale = crew.ask(crew.admin, "PATCH", path, read | {"label": "of a page"})
    assert stale.status == 412, "the page that was open has the older version"
    no_version = {name: value for name, value in read.items() if name not in ("version", "updated_at", "secret_set_at")}
    assert crew.ask(crew.admin, "PATCH", path, no_version | {"label": "of a page"}).status == 400, "an older mask"
    renamed = crew.may(crew.admin, "PATCH", path, rotated | {"label": "renamed"})
    assert (renamed["label"], renamed["secret"]) == ("renamed", "****wxyz")
    scripted.script = takes("sk-own-rotated-wxyz")
    assert crew.may(crew.admin, "POST", f"{path}/test")["accepted"]


def test_row_63_another_host_needs_the_secret_again(crew, scripted):
    key = made(crew)
    path = f"{KEYS}/{key['id']}"
    other = {"base_url": f"http://127.0.0.2:{scripted.address[1]}/v1"}
    for more in ({}, {"skip_test": True}, {"secret": key["secret"], "skip_test": True}):
        assert refusal_of(crew.ask(crew.owner, "PATCH", path, other | more)) == (400, "secret_needed")
    assert crew.may(crew.admin, "GET", path) == key and scripted.requests == []
    moved = crew.may(crew.owner, "PATCH", path, other | {"secret": SECRET, "skip_test": True})
    assert moved["origin"] == f"http://127.0.0.2:{scripted.address[1]}"
    back = crew.ask(crew.owner, "PATCH", path, {"base_url": None, "skip_test": True})
    assert refusal_of(back) == (400, "secret_needed")


def test_a_host_that_begins_with_an_address_is_another_host(crew, scripted):
    """Who reads the address alone would take it for the host that the secret is stored for."""
    at_address = {"provider": "custom", "base_url": "http://127.0.0.2:80/v1", "secret": SECRET, "skip_test": True}
    key = crew.may(crew.admin, "POST", KEYS, at_address | {"label": "at an address"})
    port = scripted.address[1]
    for host in ("127.0.0.2.localhost", "127.0.0.2.llm.example.com", "127.0.0.2a", "127.0.0.2-1.example.com"):
        moved = crew.ask(crew.owner, "PATCH", f"{KEYS}/{key['id']}", {"base_url": f"http://{host}:{port}/v1"})
        assert refusal_of(moved) == (400, "secret_needed"), host
        stored = crew.may(crew.admin, "POST", KEYS, at_address | {"label": host, "base_url": f"http://{host}/v1"})
        assert stored["origin"] == f"http://{host}:80"
    for wrong in ("http://127.0.0.2.:80/v1", "http://127.0.0.20000/v1", "http://127.0.0.2@localhost/v1"):
        refused = crew.ask(crew.admin, "POST", KEYS, at_address | {"label": "wrong", "base_url": wrong})
        assert refusal_of(refused) == (400, "invalid_request"), wrong
    assert scripted.requests == []


def test_a_changed_path_at_the_same_host_is_tried_with_the_stored_secret(start_gateway, tmp_path, scripted):
    networks = {"allowed_networks": ["127.0.0.0/8"]}
    crew = new_team(start_gateway(secrets=secrets_of(tmp_path), provider_keys=networks))
    key = made(crew)
    scripted.script = takes(SECRET)
    host = f"http://127.0.0.1:{scripted.address[1]}"
    changed = crew.may(crew.admin, "PATCH", f"{KEYS}/{key['id']}", {"base_url": f"{host}/other/"})
    assert [one.target for one in scripted.requests] == ["/other/models"] and changed["origin"] == host


SPELT_OTHERWISE = [
    "https://2130706433/v1",
    "https://0x7f000001/v1",
    "https://0x7f.1/v1",
    "https://017700000001/v1",
    "https://0177.0.0.1/v1",
    "https://127.1/v1",
    "https://127.0.1/v1",
    "https://127.0.0.1./v1",
    "https://127.0.0.01/v1",
    "https://0/v1",
    "https://[::]/v1",
    "https://[::1]/v1",
    "https://[0:0:0:0:0:0:0:1]/v1",
    "https://[::127.0.0.1]/v1",
    "https://[::ffff:127.0.0.1]/v1",
    "https://[::ffff:7f00:1]/v1",
    "https://[64:ff9b::127.0.0.1]/v1",
    "https://[2002:7f00:1::]/v1",
    "https://[fe80::1%25eth0]/v1",
    "https://%31%32%37.0.0.1/v1",
    "https://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/v1",
    "https://localhost./v1",
    "https://LOCALHOST/v1",
    "https://api.localhost/v1",
    "https://metadata.google.internal/computeMetadata/v1",
    "https://169.254.169.254/latest",
    "https://2852039166/latest",
    "https://[fd00:ec2::254]/latest",
    "https://100.100.100.200/latest",
    "https://168.63.129.16/",
    "https://10.0.0.1/",
    "https://224.0.0.1/",
    "https://nobody@127.0.0.1/v1",
    "https://api.example.com@127.0.0.1/v1",
    "https://127.0.0.1#@api.example.com/v1",
    "https://127.0.0.1\\@api.example.com/v1",
    "http://127.0.0.1/v1",
    "http://api.example.com/v1",
    "gopher://127.0.0.1:70/",
    "file:///etc/passwd",
    "//127.0.0.1/v1",
]


@pytest.mark.parametrize("base_url", SPELT_OTHERWISE)
def test_s2_a_base_url_that_leads_inside_is_refused_before_anything_is_asked_or_stored(gateway, base_url):
    crew = new_team(gateway)
    for fields in ({}, {"skip_test": True}):
        answer = crew.ask(crew.admin, "POST", KEYS, body(base_url=base_url) | fields)
        assert answer.status == 400 and "base_url" in answer.error["message"], answer.text


@pytest.mark.parametrize(
    "base_url",
    [
        "http://nowhere.invalid:1/v1",
        "http://127.0.0.1:1/v1",
        "https://127.0.0.1/v1",
        "https://[::1]/v1",
        "https://[::ffff:10.0.0.1]/v1",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://localhost/v1",
        "https://2130706433/v1",
        "https://0x7f.1/v1",
        "https://user:secret@api.example.com/v1",
        "https://api.example.com/v1?key=1",
        "ftp://api.example.com/v1",
        "api.example.com",
    ],
)
def test_a_base_url_that_leads_inside_is_refused(crew, base_url):
    answer = crew.ask(crew.admin, "POST", KEYS, body(base_url=base_url))
    assert answer.status in (400, 409), answer.body
    words = answer.error["message"]
    assert "base_url" in words or "may not be called from here" in words or "cannot be reached" in words


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_s2_a_name_is_judged_by_the_address_that_it_leads_to_at_each_connect(crew, scripted, scheme):
    # Where networks are allowed, inner names may be stored: only the address tells them apart.
    scripted.script = takes(SECRET)
    own = f"{scheme}://localhost:{scripted.address[1]}/v1"
    answer = crew.ask(crew.admin, "POST", KEYS, body(base_url=own))
    assert refusal_of(answer) == (409, "provider_test_failed")
    assert "may not be called from here" in answer.error["message"]
    stored = made(crew, base_url=own)
    tried = crew.may(crew.admin, "POST", f"{KEYS}/{stored['id']}/test")
    assert not tried["accepted"] and "may not be called from here" in tried["message"]
    assert scripted.requests == []


def test_the_operator_allows_networks(crew, scripted):
    scripted.script = takes(SECRET)
    own = f"http://127.0.0.2:{scripted.address[1]}/v1"
    answer = crew.ask(crew.admin, "POST", KEYS, body(base_url=own))
    # Nothing listens there: the call is made, and fails as such.
    assert refusal_of(answer) == (409, "provider_test_failed") and "cannot be reached" in answer.error["message"]


def test_row_28_a_deleted_keys_label_is_free_also_after_a_restart(start_gateway, tmp_path):
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    crew = new_team(gateway)
    for _ in range(2):
        key = made(crew)
        assert refusal_of(crew.ask(crew.admin, "POST", KEYS, body(skip_test=True))) == (409, "name_taken")
        assert crew.may(crew.admin, "DELETE", f"{KEYS}/{key['id']}") == {"deleted": True}
        assert crew.ask(crew.admin, "GET", f"{KEYS}/{key['id']}").status == 404
    gateway.kill()
    gateway.start()
    made(crew)


def test_keys_survive_kill_9(start_gateway, tmp_path, scripted):
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    crew = new_team(gateway)
    key = made(crew, priority=3, is_fallback=True, disabled=True, allowed_models=["test/chat"])
    gateway.kill()
    gateway.start()
    assert crew.may(crew.owner, "GET", f"{KEYS}/{key['id']}") == key
    scripted.script = takes(SECRET)
    assert crew.may(crew.owner, "POST", f"{KEYS}/{key['id']}/test")["accepted"]


def test_without_a_master_key_they_are_refused_with_words(gateway, team):
    answer = team.ask(team.admin, "POST", KEYS, body())
    assert refusal_of(answer) == (409, "no_master_key") and "master_key_file" in answer.error["message"]
    assert team.may(team.admin, "GET", KEYS) == {"data": [], "next_cursor": None}


def test_a_member_has_nothing_to_do_with_them(crew):
    key = made(crew)
    for method, path, json in (
        ("GET", KEYS, None),
        ("POST", KEYS, body(label="mine")),
        ("GET", f"{KEYS}/{key['id']}", None),
        ("PATCH", f"{KEYS}/{key['id']}", {"label": "mine"}),
        ("POST", f"{KEYS}/{key['id']}/test", None),
        ("DELETE", f"{KEYS}/{key['id']}", None),
    ):
        assert crew.ask(crew.member, method, path, json).status == 403


def test_another_organizations_keys_do_not_exist(keeper, crew):
    key, other = made(crew), new_team(keeper)
    for method, json in (("GET", None), ("PATCH", {"label": "mine"}), ("DELETE", None)):
        assert other.ask(other.owner, method, f"{KEYS}/{key['id']}", json).status == 404


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"label": ""}, "label"),
        ({"secret": "short"}, "secret"),
        ({"secret": "sk own 0123456"}, "secret"),
        ({"priority": 1001}, "priority"),
        ({"priority": -1}, "priority"),
        ({"allowed_models": []}, "allowed_models"),
        ({"allowed_keys": ["0" * 64]}, "allowed_keys"),
        ({"allowed_keys": ["nonsense"]}, "allowed_keys"),
        ({"disabled": "yes"}, "disabled"),
    ],
)
def test_an_odd_field_is_named_and_nothing_is_stored(crew, fields, name):
    answer = crew.ask(crew.admin, "POST", KEYS, body(skip_test=True) | fields)
    assert answer.status == 400 and name in answer.error["message"] and SECRET not in answer.text
    assert crew.may(crew.admin, "GET", KEYS)["data"] == []


def test_a_repeated_creation_stores_one_and_tries_once(crew, scripted):
    scripted.script = takes(SECRET)
    headers = {"Idempotency-Key": "once"}
    first, second = (crew.ask(crew.admin, "POST", KEYS, body(), headers=headers) for _ in range(2))
    assert (first.status, second.status, second.body) == (201, 201, first.body) and len(scripted.requests) == 1


def test_a_slow_provider_holds_up_nobody_else(keeper, crew, scripted):
    release = threading.Event()

    def script(exchange):
        release.wait(20)
        takes(SECRET)(exchange)

    scripted.script = script
    answers = []
    slow = [
        threading.Thread(target=lambda n=n: answers.append(crew.ask(crew.admin, "POST", KEYS, body(label=str(n)))))
        for n in range(4)
    ]
    [thread.start() for thread in slow]
    while len(answers) < 2:  # those for which there was no room come back at once
        time.sleep(0.01)
    began = time.monotonic()
    new_team(keeper)
    assert time.monotonic() - began < 5
    release.set()
    [thread.join() for thread in slow]
    assert sorted(answer.status for answer in answers) == [201, 201, 503, 503]


def test_the_secret_is_in_no_answer_and_no_log(keeper, crew):
    key = made(crew)
    texts = [crew.ask(crew.owner, "GET", path).text for path in (KEYS, f"{KEYS}/{key['id']}", "/audit?limit=200")]
    texts += [keeper.log_file.read_text(), keeper.access_log.read_text()]
    assert not [text for text in texts if SECRET in text]


# --- Providers that the operator has not configured.

KINDS = {
    "openai": ({}, "https://api.openai.com:443"),
    "anthropic": ({}, "https://api.anthropic.com:443"),
    "google-ai-studio": ({}, "https://generativelanguage.googleapis.com:443"),
    "google-vertex": (
        {"region": "europe-west4", "project": "my-project"},
        "https://europe-west4-aiplatform.googleapis.com:443",
    ),
    "amazon-bedrock": ({"region": "eu-central-1"}, "https://bedrock-runtime.eu-central-1.amazonaws.com:443"),
    "azure": (
        {"resource": "my-models", "deployment": "gpt-4o.eu", "allowed_models": ["openai/gpt-4o"]},
        "https://my-models.openai.azure.com:443",
    ),
    "alibaba": ({}, "https://dashscope-intl.aliyuncs.com:443"),
    "custom": ({"base_url": "https://models.example.com/v1"}, "https://models.example.com:443"),
}
PLACE = ("region", "resource", "deployment", "project")


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_a_known_kind_has_what_the_kind_needs(crew, kind):
    fields, origin = KINDS[kind]
    key = made(crew, provider=kind, **fields)
    assert (key["provider"], key["origin"]) == (kind, origin)
    assert {name: key[name] for name in PLACE} == dict.fromkeys(PLACE) | {
        name: value for name, value in fields.items() if name in PLACE
    }
    assert crew.may(crew.admin, "GET", f"{KEYS}/{key['id']}") == key
    assert crew.may(crew.admin, "PATCH", f"{KEYS}/{key['id']}", key) == key


@pytest.mark.parametrize(
    "fields, name",
    [
        ({"provider": "google-vertex", "region": "europe-west4"}, "project"),
        ({"provider": "google-vertex", "project": "p"}, "region"),
        ({"provider": "amazon-bedrock"}, "region"),
        ({"provider": "azure"}, "resource"),
        ({"provider": "custom"}, "base_url"),
        ({"provider": "openai", "region": "eu"}, "region"),
        ({"provider": "scripted", "project": "p"}, "project"),
        ({"provider": "amazon-bedrock", "region": "eu.evil.example/"}, "region"),
        ({"provider": "azure", "resource": "evil.example#"}, "resource"),
        ({"provider": "azure", "resource": "-a"}, "resource"),
        ({"provider": "azure", "resource": "a" * 101}, "resource"),
        ({"provider": "azure", "resource": "a", "deployment": "../x"}, "deployment"),
        ({"provider": "azure", "resource": "a", "deployment": "d"}, "allowed_models"),
        ({"provider": "azure", "resource": "a", "deployment": "d", "allowed_models": ["m", "n"]}, "allowed_models"),
        ({"provider": "custom", "base_url": "https://10.0.0.1/v1"}, "base_url"),
    ],
)
def test_what_a_kind_lacks_or_does_not_have_is_named(crew, fields, name):
    answer = crew.ask(crew.admin, "POST", KEYS, body(skip_test=True) | fields)
    assert answer.status == 400 and name in answer.error["message"], answer.body


def test_a_deployment_stays_the_one_model_that_it_is(crew):
    key = made(crew, provider="azure", **KINDS["azure"][0])
    for change in ({"allowed_models": None}, {"allowed_models": ["openai/gpt-4o", "openai/gpt-5.5"]}):
        answer = crew.ask(crew.admin, "PATCH", f"{KEYS}/{key['id']}", change)
        assert answer.status == 400 and "allowed_models" in answer.error["message"], answer.body
    with_model = {"allowed_models": ["openai/gpt-5.5"], "deployment": "other", "skip_test": True}
    assert crew.may(crew.admin, "PATCH", f"{KEYS}/{key['id']}", with_model)["allowed_models"] == ["openai/gpt-5.5"]


def test_an_unknown_provider_is_told_the_kinds(crew):
    answer = crew.ask(crew.admin, "POST", KEYS, body(provider="openia"))
    assert answer.status == 400 and "openai" in answer.error["message"] and "azure" in answer.error["message"]


@pytest.mark.parametrize(
    "kind, fields, target, header, value",
    [
        ("custom", {}, "/v1/models", "authorization", f"Bearer {SECRET}"),
        ("openai", {}, "/v1/models", "authorization", f"Bearer {SECRET}"),
        ("anthropic", {}, "/v1/models", "x-api-key", SECRET),
        ("azure", {"resource": "r"}, "/v1/models?api-version=2024-10-21", "api-key", SECRET),
    ],
)
def test_each_kind_is_tried_in_its_own_words(start_gateway, tmp_path, scripted, kind, fields, target, header, value):
    networks = {"allowed_networks": ["127.0.0.0/8"]}
    gateway = start_gateway(secrets=secrets_of(tmp_path), provider_keys=networks)
    crew = new_team(gateway)
    scripted.script = lambda exchange: exchange.answer({"data": [{}, {}]})
    key = crew.may(crew.admin, "POST", KEYS, body(provider=kind, base_url=scripted.base_url, **fields))
    assert key["testable"] and crew.may(crew.admin, "POST", f"{KEYS}/{key['id']}/test")["models"] == 2
    assert [(one.target, one.header(header)) for one in scripted.requests] == [(target, value)] * 2


def test_a_kind_that_cannot_be_tried_says_so(crew):
    fields, _ = KINDS["amazon-bedrock"]
    key = crew.may(crew.admin, "POST", KEYS, body(provider="amazon-bedrock", **fields))
    assert key["testable"] is False
    tried = crew.may(crew.admin, "POST", f"{KEYS}/{key['id']}/test")
    assert (tried["tested"], tried["accepted"]) == (False, None) and tried["message"]


def test_row_63_another_region_is_another_host_and_needs_the_secret_again(crew):
    key = made(crew, provider="amazon-bedrock", region="eu-central-1")
    path = f"{KEYS}/{key['id']}"
    assert refusal_of(crew.ask(crew.admin, "PATCH", path, {"region": "us-east-1"})) == (400, "secret_needed")
    moved = crew.may(crew.admin, "PATCH", path, {"region": "us-east-1", "secret": SECRET})
    assert moved["origin"] == "https://bedrock-runtime.us-east-1.amazonaws.com:443"
