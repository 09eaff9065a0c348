"""Pages of other origins: what a browser is told, before a request and with its answer."""

import pytest

from support.chat import chat

ORIGIN = "https://chat.example.com"
OTHER = "https://evil.example"


@pytest.fixture(scope="module")
def gateways(tmp_path_factory, providers):
    """One that allows an origin, one that allows any."""
    from support.processes import Gateway

    started = {
        name: Gateway(tmp_path_factory.mktemp(name), providers, workers=1, cors_allowed_origins=allowed).start()
        for name, allowed in {"one": [ORIGIN], "any": ["*"]}.items()
    }
    yield started
    for gateway in started.values():
        gateway.stop()


def preflight(gateway, path, origin, fields="authorization, content-type, x-stainless-lang"):
    return gateway.request(
        "OPTIONS",
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": fields,
        },
    )


def test_a_preflight_of_an_allowed_origin(gateways):
    answer = preflight(gateways["one"], "/v1/chat/completions", ORIGIN)
    assert answer.status == 204
    assert answer.header("access-control-allow-origin") == ORIGIN
    assert answer.header("access-control-allow-methods") == "POST, OPTIONS"
    assert answer.header("access-control-allow-headers") == "authorization, content-type, x-stainless-lang"
    assert int(answer.header("access-control-max-age")) > 0
    assert "origin" in answer.header("vary")
    assert answer.header("access-control-allow-credentials") is None


def test_a_preflight_of_another_origin_is_allowed_nothing(gateways):
    answer = preflight(gateways["one"], "/v1/chat/completions", OTHER)
    assert not any(name.lower().startswith("access-control") for name, _ in answer.headers)


@pytest.mark.parametrize(
    "path, allowed", [("/v1/chat/completions", "*"), ("/api/organizations", None), ("/api/v1/credits", None)]
)
def test_any_origin_is_allowed_under_v1_alone(gateways, path, allowed):
    assert preflight(gateways["any"], path, OTHER).header("access-control-allow-origin") == allowed


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_may_be_read_by_its_page(gateways, stream):
    gateway = gateways["one"]
    body = chat("tokens=3", stream=stream)
    answer = gateway.request(
        "POST", "/v1/chat/completions", key=gateway.new_account().key, json=body, headers={"Origin": ORIGIN}
    )
    assert answer.status == 200
    assert answer.header("access-control-allow-origin") == ORIGIN
    assert answer.header("vary") == "origin"
    assert "x-request-id" in answer.header("access-control-expose-headers")


@pytest.mark.parametrize(
    "path, key, status",
    [("/v1/chat/completions", "sk-tg-wrong", 401), ("/v1/nothing", None, 404), ("/v1/models", None, 405)],
)
def test_an_error_may_be_read_by_its_page(gateways, path, key, status):
    answer = gateways["one"].request("POST", path, key=key, json={}, headers={"Origin": ORIGIN})
    assert answer.status == status
    assert answer.header("access-control-allow-origin") == ORIGIN


def test_without_the_option_nothing_is_said(gateway):
    answer = preflight(gateway, "/v1/chat/completions", ORIGIN)
    assert answer.status == 204
    assert not any(name.lower().startswith("access-control") for name, _ in answer.headers)
