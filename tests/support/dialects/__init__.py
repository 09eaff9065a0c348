"""Chats in neutral words, so that a test can ask in one dialect, answer in another, and compare.

Each module beside this one is a dialect:

    upstream   answers(said) -> a script of support/scripted_upstream.py; heard(request) -> Heard
    client     ask(wish, model, stream) -> (path, body); read(answer) -> Said
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Reasoning:
    text: str
    seal: str | None = None  # signature, or encrypted content


@dataclass(frozen=True)
class Call:
    id: str
    name: str
    arguments: dict = field(hash=False)


@dataclass(frozen=True)
class Usage:
    prompt: int = 100  # what came from the cache included
    completion: int = 20
    cached: int = 0
    written: int = 0


@dataclass
class Said:
    """What a model answers. `finish` is OpenAI's word; of a failure `error` is the provider's message."""

    parts: list
    finish: str = "stop"
    usage: Usage = Usage()
    stop_sequence: str | None = None
    error: str | None = None

    def texts(self):
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    def reasoning(self):
        return "".join(part.text for part in self.parts if isinstance(part, Reasoning))

    def seals(self):
        return [part.seal for part in self.parts if isinstance(part, Reasoning) and part.seal]

    def calls(self):
        return [(part.name, part.arguments) for part in self.parts if isinstance(part, Call)]


@dataclass(frozen=True)
class Media:
    kind: str  # image | file
    type: str
    data: str  # base64
    name: str | None = None


@dataclass(frozen=True)
class Result:
    id: str
    text: str


@dataclass
class Turn:
    """`parts` are Text, Media and, of the assistant, Call and Reasoning; of a user, Result. `native` is the answer as the
    client's own dialect holds it in a history, where it is to come back just so."""

    role: str  # system | user | assistant
    parts: list
    native: object = None


@dataclass
class Wish:
    """What a client asks."""

    turns: list
    tools: tuple = ()  # names
    schema: dict | None = None
    reasoning: bool = False
    cached: bool = False  # the last user text ends what is to be cached
    stop: tuple = ()
    max_tokens: int = 4096


@dataclass
class Heard:
    """What an upstream was asked."""

    turns: list
    tools: tuple = ()
    schema: dict | None = None
    reasoning: bool = False
    cached: bool = False
    stop: tuple = ()
    stream: bool = False

    def parts(self, kind):
        return [part for turn in self.turns for part in turn.parts if isinstance(part, kind)]


TOOL_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def pieces(text, size=5):
    return [text[at : at + size] for at in range(0, len(text), size)] or [""]
