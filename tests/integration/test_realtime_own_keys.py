"""Realtime sessions that go with an organization's own key, or may not go with the operator's any more."""

import pytest

from support.master_key import secrets_of
from support.own_keys import KEYS, Shop
from support.realtime import ClientSession, cost_of


@pytest.fixture
def shop(talks, tmp_path):
    """A shop that has talked: its session goes by the mode that the test sets."""
    return Shop(talks(secrets=secrets_of(tmp_path)), "api-keys", credit=5)


def talk(client):
    client.create()
    client.until("response.done")


def ends_with(client):
    """How the session ends when it is asked for another response."""
    client.create()
    events, code, _ = client.rest()
    assert "response.created" not in [event["type"] for event in events]
    return events[-1]["error"]["code"], code


def delete(shop, key):
    shop.team.may(shop.team.admin, "DELETE", f"{KEYS}/{key['id']}")


def test_a_session_goes_on_with_an_own_key_and_costs_nothing(shop):
    shop.store(provider="talking")
    with ClientSession(shop.gateway, shop.key) as client:
        for _ in range(3):
            talk(client)
    assert shop.credits()["total_usage"] == 0


@pytest.mark.parametrize(
    "change",
    [
        delete,
        lambda shop, key: shop.change(key, disabled=True),
        lambda shop, key: shop.change(key, allowed_keys=[shop.team.new_key(shop.team.admin)[1]]),
        lambda shop, key: shop.change(key, secret="sk-own-another-abcdefg", skip_test=True),
        lambda shop, _: shop.mode("credits"),
    ],
    ids=["deleted", "disabled", "for another key", "another secret", "mode credits"],
)
def test_an_own_key_that_is_not_as_it_was_begins_no_further_response(shop, change):
    key = shop.store(provider="talking")
    with ClientSession(shop.gateway, shop.key) as client:
        talk(client)
        change(shop, key)
        assert ends_with(client) == ("provider_key_required", 1008)
    assert shop.credits()["total_usage"] == 0 and shop.credits()["held"] == 0


def test_what_another_key_becomes_does_not_end_a_session(shop):
    shop.store(provider="talking")
    other = shop.store("other", "sk-own-another-abcdefg", provider="openai")
    with ClientSession(shop.gateway, shop.key) as client:
        talk(client)
        delete(shop, other)
        talk(client)
        shop.mode("hybrid")
        talk(client)


def test_mode_api_keys_ends_a_session_by_the_operators_key(shop):
    shop.mode("credits")
    with ClientSession(shop.gateway, shop.key) as client:
        talk(client)
        shop.mode("hybrid")
        talk(client)
        shop.mode("api-keys")
        assert ends_with(client) == ("provider_key_required", 1008)
    assert shop.credits()["total_usage"] == cost_of(101, 21, 64) + cost_of(102, 22, 64)
