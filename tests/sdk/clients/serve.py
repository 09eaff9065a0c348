"""Asks through the official SDKs for Python: each line of input is an order, each line of output what the SDK made of it.

{"client": a module beside this one, "scenario": a method below, "base_url", "key", "model", "prompt", "tool"}
"""

import importlib
import json
import sys
from dataclasses import dataclass


@dataclass
class Answer:
    text: str
    calls: list  # of (id, name, arguments)
    finish: str
    usage: tuple  # prompt and completion tokens
    native: object = None  # what the SDK keeps of it for a history


class Client:
    """One SDK. Each has `user(prompt)`, `ask(history, stream, tools)`, `continued(answer, results)`, which is what follows in
    the history after calls and their results, and `first_piece(history)`, which leaves the stream after it."""

    def __init__(self, base_url, key, model, tool):
        self.model, self.tool = model, tool
        self.connect(base_url, key)

    def plain(self, prompt, stream=False):
        answer = self.ask(self.user(prompt), stream, tools=False)
        return {"text": answer.text, "finish": answer.finish, "usage": answer.usage}

    def streamed(self, prompt):
        return self.plain(prompt, stream=True)

    def tools(self, prompt, stream=False):
        history = self.user(prompt)
        asked = self.ask(history, stream, tools=True)
        results = [(id, name, f"rain in {arguments['city']}") for id, name, arguments in asked.calls]
        told = self.ask(history + self.continued(asked, results), stream, tools=True)
        calls = [(name, arguments) for _, name, arguments in asked.calls]
        return {"calls": calls, "calls_finish": asked.finish, "text": told.text, "finish": told.finish}

    def streamed_tools(self, prompt):
        return self.tools(prompt, stream=True)

    def aborted(self, prompt):
        return {"piece": self.first_piece(self.user(prompt))}

    def refused(self, prompt):
        try:
            self.ask(self.user(prompt), False, tools=False)
        except Exception as error:
            status = getattr(error, "status_code", None) or getattr(error, "code", None)
            return {"kind": type(error).__name__, "status": status, "message": str(error)}
        return {"kind": "none"}


def main():
    for line in sys.stdin:
        order = json.loads(line)
        client_of = importlib.import_module(order["client"]).client
        client = client_of(*(order[name] for name in ("base_url", "key", "model", "tool")))
        try:
            seen = getattr(client, order["scenario"])(order["prompt"])
        except Exception as error:
            seen = {"raised": f"{type(error).__name__}: {error}"}
        print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    sys.modules["serve"] = sys.modules["__main__"]
    main()
