"""Coding agents complete a task through the gateway, each in front of providers of every dialect: they write a file, run
a command on it, and are told in between what came of it. The provider is aimock, which is not ours. CI has gemini-cli;
tests/sdk/coding_agents installs the others, which take a gigabyte, and runs this file. The table is printed."""

import time
from decimal import Decimal

import pytest
import yaml

from support.aimock import PATHS, PROGRAM, Aimock, Tokens, answer, call
from support.coding_agents import AGENTS, TIME_S, Order
from support.processes import ROOT, records

TASK = "Write a greeting into greeting.txt, and count its bytes."
GREETING = 'Grüße aus "Ōslo",\n\tc:\\new $HOME \U0001f31e\n'
COUNT = "wc -c < greeting.txt | tee count.txt"
THOUGHT = "First the file, then its bytes."
DONE = "It is done \U0001f389: both files are there."
TURNS = [Tokens(1000, 20), Tokens(1100, 30), Tokens(1200, 40)]
ASIDE = Tokens(50, 5)
PRICES = {"prompt": 1, "completion": 10}  # USD per million tokens
TABLE = {}


def cost(tokens):
    return (tokens.prompt * PRICES["prompt"] + tokens.completion * PRICES["completion"]) * 1000  # nano-USD


def model_that_does_it(agent, work):
    """Each of its turns but the first depends on what the agent says came of the one before."""
    write, run = agent.write(str(work / "greeting.txt"), GREETING), agent.run(COUNT)
    size = str(len(GREETING.encode()))
    return [
        answer({"toolResultContains": size}, TURNS[2], content=DONE),
        answer({"hasToolResult": True}, TURNS[1], toolCalls=[call(*run)]),
        answer({"toolName": write[0]}, TURNS[0], toolCalls=[call(*write)], reasoning=THOUGHT),
        answer({}, ASIDE, content="Greeting"),
    ]


def catalogue(directory):
    """One model at each provider."""
    endpoint = {"context_length": 200_000, "max_completion_tokens": 32_000, "prices": PRICES}
    models = [
        {"id": f"agents/{dialect}", "name": dialect, "endpoints": [endpoint | {"provider": dialect, "model": f"at-{dialect}"}]}
        for dialect in PATHS
    ]
    file = directory / "catalogue.yaml"
    file.write_text(yaml.safe_dump({"version": "agents", "models": models}))
    return [str(file)]


@pytest.fixture(scope="module", autouse=True)
def table():
    yield
    print("\nseconds until the task was done; upstream:    " + "".join(f"{dialect:>11}" for dialect in PATHS))
    for agent in AGENTS:
        cells = [TABLE.get((agent.name, dialect), "-") for dialect in PATHS]
        print(f"  {agent.name} ({agent.api})".ljust(46) + "".join(f"{cell:>11}" for cell in cells))


@pytest.fixture
def aimock_of(tmp_path):
    started = []

    def start(fixtures):
        started.append(Aimock(tmp_path, fixtures))
        return started[-1]

    yield start
    for running in started:
        running.stop()


def runs(agent):
    reason = agent.missing() or (None if PROGRAM.exists() else f"no {PROGRAM.relative_to(ROOT)}: use tests/run")
    marks = [pytest.mark.skip(reason=reason)] if reason else []
    return pytest.param(agent, marks=marks, id=agent.name)


@pytest.mark.timeout(TIME_S + 60)
@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("agent", [runs(agent) for agent in AGENTS])
def test_an_agent_completes_a_task(aimock_of, start_gateway, tmp_path, agent, dialect):
    TABLE[agent.name, dialect] = "FAILED"
    work = tmp_path / "work"
    aimock = aimock_of(model_that_does_it(agent, work))
    gateway = start_gateway(providers=[aimock.provider(name) for name in PATHS], catalogue=catalogue(tmp_path))
    account = gateway.new_account("5")
    order = Order(gateway.base_url, account.key, f"agents/{dialect}", TASK, tmp_path / "home", work)

    started = time.monotonic()
    done = agent.perform(order)
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    assert DONE in done.stdout, (done.stdout, done.stderr)
    assert (work / "greeting.txt").read_text() == GREETING
    assert int((work / "count.txt").read_text()) == len(GREETING.encode())

    asked = [entry["body"] for entry in aimock.asked()]
    of_task = [body for body in asked if body.get("tools")]
    assert len(of_task) == len(TURNS) and len(asked) == len(TURNS) + agent.asides
    told = [message["content"] for message in of_task[-1]["messages"] if message["role"] == "tool"]
    assert len(told) == 2 and str(len(GREETING.encode())) in told[-1], told

    expected = sorted([*TURNS, *[ASIDE] * agent.asides], key=cost)
    figures = gateway.credits(account)
    assert figures["held"] == 0 and figures["total_usage"] == Decimal(sum(map(cost, expected))) / 10**9
    assert gateway.stop() == 0
    kept = sorted(records(gateway.data_dir), key=lambda record: record["cost_nano"])
    assert [Tokens(record["prompt_tokens"], record["completion_tokens"]) for record in kept] == expected
    assert [record["cost_nano"] for record in kept] == [cost(tokens) for tokens in expected]
    for record in kept:
        assert (record["api"], record["provider"], record["streamed"]) == (agent.api, dialect, True)
        assert (record["http_status"], record["usage_source"], record["cancelled"]) == (200, "provider", False)
    sessions = {record["session"] for record in kept}
    assert len(sessions) == 1 and (sessions != {""}) == agent.names_session
    TABLE[agent.name, dialect] = f"{seconds:.1f}"
