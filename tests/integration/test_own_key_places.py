"""Where organizations' own keys may go: the operator's places as he describes them now, and no others of his."""

import socket

import yaml

from support.master_key import secrets_of
from support.own_keys import KEYS, SECRET, Shop, answers, secrets_seen
from support.people import refusal_of
from support.processes import provider
from support.reloading import reload


def changed_provider(gateway, **fields):
    """Puts another description of the provider `scripted` in force."""
    config = yaml.safe_load(gateway.config_file.read_text())
    for one in config["providers"]:
        if one["name"] == "scripted":
            one.update(fields)
    gateway.config_file.write_text(yaml.safe_dump(config))
    reload(gateway)


def test_a_reload_reaches_own_keys(start_gateway, tmp_path, scripted, scripted_server):
    answers(scripted)
    described = provider("scripted", scripted_server.base_url, collects_data=False)
    gateway = start_gateway(secrets=secrets_of(tmp_path), providers=[described])
    shop = Shop(gateway, "api-keys")
    shop.store()
    private = {"data_collection": "deny"}
    assert shop.ask(provider=private).status == 200
    changed_provider(gateway, collects_data=True)
    assert refusal_of(shop.ask(provider=private)) == (404, "no_allowed_provider")
    shop.store("new", "sk-own-fresh-12345678")
    assert refusal_of(shop.ask(provider=private)) == (404, "no_allowed_provider")
    assert len(scripted.requests) == 1
    changed_provider(gateway, path="/other")
    assert shop.ask().status == 200 and scripted.requests[-1].target == "/v1/other"


def test_what_is_declared_of_a_provider_holds_for_no_other_place(start_gateway, tmp_path, scripted, sample):
    answers(scripted)
    described = provider("scripted", sample.base_url, collects_data=False, zero_data_retention=True)
    gateway = start_gateway(
        secrets=secrets_of(tmp_path), providers=[described], provider_keys={"allowed_networks": ["127.0.0.0/8"]}
    )
    shop = Shop(gateway, "api-keys")
    shop.store(base_url=scripted.base_url)
    for wish in ({"data_collection": "deny"}, {"zdr": True}):
        assert refusal_of(shop.ask(provider=wish)) == (404, "no_allowed_provider"), wish
    assert scripted.requests == []
    assert shop.ask().status == 200 and secrets_seen(scripted) == [f"Bearer {SECRET}"]


def refused_key(shop, **fields):
    body = {"provider": "scripted", "label": "refused", "secret": SECRET, "skip_test": True} | fields
    answer = shop.team.ask(shop.team.admin, "POST", KEYS, body)
    return refusal_of(answer), answer.error["message"]


def test_a_server_without_accounts_takes_no_own_key(start_gateway, tmp_path, scripted, scripted_server):
    """Whoever reaches the operator's own model server is served, and sees what all others stored there."""
    answers(scripted)
    base_url = scripted_server.base_url
    gateway = start_gateway(
        secrets=secrets_of(tmp_path),
        providers=[{"name": "scripted", "base_url": base_url}],
        provider_keys={"allowed_networks": ["127.0.0.0/8"]},
    )
    shop = Shop(gateway, "hybrid")
    for fields in ({}, {"base_url": base_url + "/"}, {"provider": "custom", "base_url": base_url}):
        refusal, message = refused_key(shop, **fields)
        assert refusal == (400, "invalid_request") and "without a key" in message, fields
    assert shop.ask().status == 402 and scripted.requests == []


SPELLINGS = ("localhost", "LocalHost", "a.localhost", "[::ffff:127.0.0.1]", "127.0.0.2", "0.0.0.0", "[::1]")


def test_a_server_without_accounts_is_the_same_in_every_spelling(start_gateway, tmp_path, scripted, scripted_server):
    answers(scripted)
    networks = ["127.0.0.0/8", "::1/128", "0.0.0.0/32"]
    gateway = start_gateway(
        secrets=secrets_of(tmp_path),
        providers=[{"name": "scripted", "base_url": scripted_server.base_url}],
        provider_keys={"allowed_networks": networks},
    )
    shop = Shop(gateway, "hybrid")
    for host in SPELLINGS:
        base_url = scripted_server.base_url.replace("127.0.0.1", host)
        refusal, message = refused_key(shop, provider="custom", base_url=base_url)
        assert refusal == (400, "invalid_request") and "without a key" in message, host
    assert scripted.requests == []


def test_a_name_that_leads_to_a_server_without_accounts_is_not_connected_to(start_gateway, tmp_path, scripted):
    """The operator calls it by its name; the name that an organization makes up is judged by where it leads."""
    answers(scripted)
    gateway = start_gateway(
        secrets=secrets_of(tmp_path),
        providers=[{"name": "scripted", "base_url": scripted.base_url.replace("127.0.0.1", socket.gethostname())}],
        provider_keys={"allowed_networks": ["0.0.0.0/0", "::/0"]},
    )
    shop = Shop(gateway, "api-keys")
    address = socket.gethostbyname(socket.gethostname())
    body = {"provider": "custom", "label": "box", "secret": SECRET, "base_url": f"http://{address}:{scripted.address[1]}/v1"}
    tried = shop.team.ask(shop.team.admin, "POST", KEYS, body)
    assert tried.status == 409 and "may not be called from here" in tried.error["message"], tried.body
    shop.store("box", provider="custom", base_url=body["base_url"])
    answer = shop.ask(model="box/llama")
    assert answer.status == 502 and "may not be called from here" in answer.error["message"]
    assert scripted.requests == []


def test_a_key_that_was_stored_before_the_operators_is_gone_is_not_used(start_gateway, tmp_path, scripted):
    answers(scripted)
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    shop = Shop(gateway, "api-keys")
    key = shop.store()
    assert shop.ask().status == 200
    changed_provider(gateway, api_key="")
    assert refusal_of(shop.ask()) == (400, "provider_key_required")
    assert refusal_of(gateway.request("GET", "/v1/files", key=shop.key)) == (400, "provider_key_required")
    test = shop.team.ask(shop.team.admin, "POST", f"{KEYS}/{key['id']}/test", {})
    assert refusal_of(test) == (400, "invalid_request")
    assert len(scripted.requests) == 1


def test_the_operator_named_a_base_url_and_not_a_host(start_gateway, tmp_path, scripted, scripted_server):
    """Other paths of the operator's inner host are an address like any other."""
    answers(scripted)
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    shop = Shop(gateway, "api-keys")
    base_url = scripted_server.base_url
    host = base_url.removesuffix("/v1")
    for elsewhere in (host, f"{host}/admin/secret", f"{base_url}/../admin", f"{base_url}/x"):
        refusal, message = refused_key(shop, base_url=elsewhere)
        assert refusal == (400, "invalid_request") and "base_url" in message, elsewhere
    key = shop.store(base_url=f"{base_url}/")
    moved = shop.team.ask(shop.team.admin, "PATCH", f"{KEYS}/{key['id']}", {"base_url": f"{host}/admin"})
    assert refusal_of(moved) == (400, "invalid_request") and scripted.requests == []
    assert shop.ask().status == 200 and secrets_seen(scripted) == [f"Bearer {SECRET}"]


def test_a_path_that_was_the_operators_is_judged_once_it_is_not(start_gateway, tmp_path, scripted, scripted_server):
    answers(scripted)
    base_url = scripted_server.base_url
    gateway = start_gateway(secrets=secrets_of(tmp_path))
    shop = Shop(gateway, "api-keys")
    shop.store(base_url=base_url)
    gateway.stop()
    config = yaml.safe_load(gateway.config_file.read_text())
    for one in config["providers"]:
        if one["name"] == "scripted":
            one["base_url"] = f"{base_url}/moved"
    gateway.config_file.write_text(yaml.safe_dump(config))
    gateway.start()
    answer = shop.ask()
    assert answer.status == 502 and "may not be called" in answer.error["message"]
    assert scripted.requests == []
