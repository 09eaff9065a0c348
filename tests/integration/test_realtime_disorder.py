"""Sessions whose sides do what nobody expects: refusals, foreign names, odd ids, ends at odd times. Each response is paid
for all the same."""

from support.realtime import ClientSession
from support.waiting import eventually


def test_responses_that_the_provider_refuses_are_held_for_no_longer(talks, talking):
    def script(session):
        session.begin()
        while session.receive()["type"] == "response.create":
            error = {"type": "invalid_request_error", "code": "conversation_already_has_active_response"}
            session.send({"type": "error", "error": error | {"message": "no", "event_id": None}})

    talking.script = script
    gateway = talks()
    account = gateway.new_account("50")
    with ClientSession(gateway, account.key) as client:
        client.until("session.created")
        held = gateway.credits(account)["held"]
        for _ in range(20):
            client.create()
            assert client.receive()["error"]["code"] == "conversation_already_has_active_response"
            assert gateway.credits(account)["held"] < 2 * held, "for the one that may come next"
    eventually(lambda: gateway.credits(account)["held"] == 0)
    assert gateway.credits(account)["total_usage"] == 0
