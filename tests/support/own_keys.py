"""Organizations with keys of their own at providers."""

from support.chat import chat
from support.people import new_team

SECRET = "sk-own-0123456789abcd"
OPERATORS = "scripted-upstream-key"  # as support/processes.py configures it
KEYS = "/provider-keys"
ANSWER = {
    "id": "x",
    "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100},
}


class Shop:
    """A project of a team, in a mode, with a key."""

    def __init__(self, gateway, mode="hybrid", credit=0):
        self.gateway, self.team = gateway, new_team(gateway)
        if credit:
            gateway.manage("POST", f"{self.team.path}/credits", {"amount": credit})
        self.project = self.team.may(self.team.admin, "POST", "/projects", {"name": "own", "mode": mode})
        self.key, self.hash = self.team.new_key(self.team.admin, project_id=self.project["id"])

    def store(self, label="main", secret=SECRET, provider="scripted", **fields):
        body = {"provider": provider, "label": label, "secret": secret, "skip_test": True} | fields
        return self.team.may(self.team.admin, "POST", KEYS, body)

    def change(self, key, **fields):
        return self.team.may(self.team.admin, "PATCH", f"{KEYS}/{key['id']}", fields)

    def mode(self, mode):
        self.team.may(self.team.admin, "PATCH", f"/projects/{self.project['id']}", {"mode": mode})

    def ask(self, path="/v1/chat/completions", **fields):
        fields = {"model": "test/scripted"} | fields
        return self.gateway.request("POST", path, key=self.key, json=chat(**fields))

    def credits(self):
        return self.gateway.manage("GET", f"{self.team.path}/credits")

    def record(self, answer):
        return self.gateway.request(
            "GET", f"/api/v1/generation?id={answer.header('x-generation-id')}", key=self.key
        ).json()["data"]


def secrets_seen(scripted):
    """Of calls of models, not of trials of keys."""
    return [request.header("authorization") for request in scripted.requests if request.method == "POST"]


def answers(scripted, refused=(), status="401 Unauthorized"):
    """Answers whoever has none of those secrets; keeps the others' errors."""

    def script(exchange):
        if (exchange.request.header("authorization") or "") in [f"Bearer {one}" for one in refused]:
            error = {"error": {"message": "bad key", "type": "invalid_request_error", "code": "invalid_api_key"}}
            return exchange.answer(error, status)
        exchange.answer(ANSWER)

    scripted.script = script
