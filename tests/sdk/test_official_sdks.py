"""Official SDKs through the gateway, each in front of upstreams of every dialect: plain, streamed, with tools and their
results, refused, and aborted in the middle. The clients are in tests/sdk/clients. The table is printed, a line for each SDK."""

import importlib
from dataclasses import dataclass

import pytest
import yaml

from support.dialects import Call, Result, Said, Text
from support.processes import PRICES, Gateway, records, run_gateway
from support.sdk_clients import TOOL, Runtimes
from support.waiting import eventually

MODELS = {
    "chat": "test/chats",
    "messages": "test/messages",
    "responses": "test/responses",
    "gemini": "test/gemini",
    "converse": "test/converse",
}
UPSTREAMS = list(MODELS)
WORDS = 'It is "fine" in Ōslo.\n\tSun \U0001f31e, \\no rain.'


@dataclass(frozen=True)
class Sdk:
    name: str
    runtime: str
    module: str
    finish: str  # its word for an answer that is complete
    calls: str  # and for one that ends in calls


SDKS = [
    Sdk("openai (Python), chat completions", "python", "openai_chat", "stop", "tool_calls"),
    Sdk("openai (Python), responses", "python", "openai_responses", "completed", "completed"),
    Sdk("openai (Node), chat completions", "node", "openai_chat", "stop", "tool_calls"),
    Sdk("openai (Node), responses", "node", "openai_responses", "completed", "completed"),
    Sdk("openai (Go), chat completions", "go", "openai_chat", "stop", "tool_calls"),
    Sdk("openai (Go), responses", "go", "openai_responses", "completed", "completed"),
    Sdk("anthropic 2 (Python)", "python", "anthropic_messages", "end_turn", "tool_use"),
    Sdk("anthropic 1 (Python)", "older python", "anthropic_messages", "end_turn", "tool_use"),
    Sdk("@anthropic-ai/sdk 1 (Node)", "node", "anthropic_messages", "end_turn", "tool_use"),
    Sdk("@anthropic-ai/sdk 0 (Node)", "node", "anthropic_messages_older", "end_turn", "tool_use"),
    Sdk("google-genai (Python)", "python", "google_genai", "STOP", "STOP"),
    Sdk("@google/genai (Node)", "node", "google_genai", "STOP", "STOP"),
    Sdk("ai, @ai-sdk/openai-compatible", "node", "ai_sdk_openai_compatible", "stop", "tool-calls"),
    Sdk("ai, @openrouter/ai-sdk-provider", "node", "ai_sdk_openrouter", "stop", "tool-calls"),
    Sdk("LangChain ChatOpenAI", "python", "langchain_chat_openai", "stop", "tool_calls"),
    Sdk("LangChain ChatAnthropic", "python", "langchain_chat_anthropic", "end_turn", "tool_use"),
]
TABLE = {}


def dialect(name):
    return importlib.import_module(f"support.dialects.{name}")


@pytest.fixture(scope="module")
def runtimes():
    all_of_them = Runtimes()
    yield all_of_them
    all_of_them.stop()


@pytest.fixture(scope="module", autouse=True)
def table():
    yield
    scenarios = list(dict.fromkeys(scenario for _, _, scenario in TABLE))
    print("\n" + " " * 38 + "  ".join(scenarios))
    for sdk in SDKS:
        for upstream in UPSTREAMS:
            cells = [TABLE.get((sdk.name, upstream, scenario), "-").ljust(len(scenario)) for scenario in scenarios]
            print(f"{sdk.name} > {upstream}".ljust(46) + "  ".join(cells))


class Asked:
    """One SDK in front of one upstream."""

    def __init__(self, runtimes, gateway, account, scripted, sdk, upstream):
        self.runtimes, self.gateway, self.account, self.scripted = runtimes, gateway, account, scripted
        self.sdk, self.upstream = sdk, dialect(upstream)
        self.model = MODELS[upstream]

    def run(self, scenario, prompt="Which weather has Oslo?"):
        order = {
            "client": self.sdk.module,
            "scenario": scenario,
            "base_url": self.gateway.base_url,
            "key": self.account.key,
            "model": self.model,
            "prompt": prompt,
            "tool": TOOL,
        }
        seen = self.runtimes.ask(self.sdk.runtime, order)
        assert "raised" not in seen, seen["raised"]
        return seen

    def answer_by(self, reply):
        """`reply` makes of what the upstream heard what it says."""

        def script(exchange):
            said = reply(self.upstream.heard(exchange.request))
            if not self.upstream.is_stream(exchange.request):
                return exchange.answer(self.upstream.plain(said))
            exchange.head(content_type=self.upstream.STREAM_TYPE, chunked=True)
            for event in self.upstream.events(said):
                exchange.chunk(event)
            exchange.end_stream()

        self.scripted.script = script


def weather(heard):
    """A model that asks its tool, and says what that told it."""
    results = heard.parts(Result)
    if results:
        return Said([Text("; ".join(result.text for result in results))])
    assert heard.tools == ("weather",)
    return Said([Call("call_1", "weather", {"city": 'O"slo'})], finish="tool_calls")


def answered(asked, scenario):
    asked.answer_by(lambda heard: Said([Text(WORDS)]))
    seen = asked.run(scenario)
    assert seen == {"text": WORDS, "finish": asked.sdk.finish, "usage": [100, 20]}


def plain(asked):
    answered(asked, "plain")


def streamed(asked):
    answered(asked, "streamed")


def called(asked, scenario):
    asked.answer_by(weather)
    seen = asked.run(scenario)
    assert seen == {
        "calls": [["weather", {"city": 'O"slo'}]],
        "calls_finish": asked.sdk.calls,
        "text": 'rain in O"slo',
        "finish": asked.sdk.finish,
    }


def tools(asked):
    called(asked, "tools")


def streamed_tools(asked):
    called(asked, "streamed_tools")


def refused(asked):
    asked.scripted.script = lambda exchange: exchange.answer(
        asked.upstream.error("It is too long."), "400 Bad Request"
    )
    seen = asked.run("refused")
    assert seen["status"] == 400 and "It is too long." in seen["message"], seen


def aborted(asked):
    left = []

    def script(exchange):
        events = list(asked.upstream.events(Said([Text("a long text, in pieces")])))
        exchange.head(content_type=asked.upstream.STREAM_TYPE, chunked=True)
        for event in events[: len(events) // 2]:
            exchange.chunk(event)
        left.append(exchange.peer_left())

    asked.scripted.script = script
    assert "a long text".startswith(asked.run("aborted")["piece"])
    eventually(lambda: left)
    assert left[0] is not None, "the upstream was not told"
    assert len(asked.scripted.requests) == 1

    def settled():
        figures = asked.gateway.credits(asked.account)
        return figures["held"] == 0 and figures["total_usage"] > 0

    eventually(settled)


@pytest.mark.parametrize("scenario", [plain, streamed, tools, streamed_tools, refused], ids=lambda one: one.__name__)
@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)
def test_an_sdk(runtimes, gateway, account, scripted, sdk, upstream, scenario):
    cell = (sdk.name, upstream, scenario.__name__)
    TABLE[cell] = "FAILED"
    scenario(Asked(runtimes, gateway, account, scripted, sdk, upstream))
    TABLE[cell] = "ok"


@pytest.fixture(scope="module")
def books(tmp_path_factory, providers):
    """A gateway of models that think nothing unseen, so that it reads on in no stream whose client has left."""
    directory = tmp_path_factory.mktemp("books")
    catalogue = yaml.safe_load(PRICES.read_text())
    catalogue["models"] = [model | {"reasoning": False} for model in catalogue["models"] if model["id"] in MODELS.values()]
    (directory / "catalogue.yaml").write_text(yaml.safe_dump(catalogue))
    running = Gateway(directory, providers, workers=2, catalogue=[str(directory / "catalogue.yaml")])
    running.start()
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)
def test_an_sdk_that_leaves_in_the_middle(runtimes, books, scripted, sdk, upstream):
    cell = (sdk.name, upstream, "aborted")
    TABLE[cell] = "FAILED"
    aborted(Asked(runtimes, books, books.new_account("5"), scripted, sdk, upstream))
    TABLE[cell] = "ok"


def test_the_books_of_those_who_left(books):
    assert books.stop() == 0
    verified = run_gateway("ledger", "verify", "--data-dir", books.data_dir)
    assert verified.returncode == 0, verified.stderr
    left = [cell for cell in TABLE if cell[2] == "aborted"]
    settled = records(books.data_dir)
    assert len(settled) == len(left) and all(record["cancelled"] for record in settled)
