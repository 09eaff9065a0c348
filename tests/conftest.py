"""What every test may ask for. One sample upstream, one scripted upstream and one gateway serve the whole session;
tests that kill, reconfigure or starve a gateway make their own with `start_gateway`."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support import processes  # noqa: E402
from support.git_hosts import GitHosts  # noqa: E402
from support.people import new_team  # noqa: E402
from support.processes import Gateway, SampleUpstream, provider  # noqa: E402
from support.scripted_upstream import ScriptedUpstream  # noqa: E402

UNUSED_PORT_URL = "http://127.0.0.1:1/v1"  # nothing listens on port 1


def pytest_addoption(parser):
    parser.addoption("--one-in", type=int, default=1, metavar="N", help="a share of the files, drawn by the commit")


def pytest_collection_modifyitems(config, items):
    """Each file is run sooner or later, and the same ones when a commit is tried again. Those that run alone are few."""
    one_in = config.getoption("one_in")
    if one_in == 1:
        return
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    commit = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    chosen = set(sorted({item.path for item in items})[int(commit, 16) % one_in :: one_in])

    def is_chosen(item):
        return item.path in chosen or item.get_closest_marker("alone") is not None

    config.hook.pytest_deselected(items=[item for item in items if not is_chosen(item)])
    items[:] = [item for item in items if is_chosen(item)]


def pytest_configure(config):
    for binary, variable in (
        (processes.GATEWAY, "TOLLGATE_BINARY"),
        (processes.SAMPLE_UPSTREAM, "TOLLGATE_SAMPLE_UPSTREAM"),
    ):
        if not config.option.collectonly and not binary.exists():
            pytest.exit(f"{binary} does not exist: build it, or name another in {variable}", returncode=4)


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    upstream = SampleUpstream(tmp_path_factory.mktemp("sample"))
    yield upstream
    upstream.stop()


@pytest.fixture
def own_sample(tmp_path):
    """The test's own: what other tests have left running is not among its figures."""
    upstream = SampleUpstream(tmp_path)
    yield upstream
    upstream.stop()


# What the scripted upstream is asked in, by the model: "test/messages" and so on.
DIALECTS = ("messages", "responses", "gemini", "converse")


@pytest.fixture(scope="session")
def scripted_server():
    upstream = ScriptedUpstream()
    yield upstream
    upstream.close()


@pytest.fixture
def scripted(scripted_server):
    """The scripted upstream, with nothing left of other tests; a failure inside a script fails the test."""
    scripted_server.reset_for_test()
    yield scripted_server
    assert scripted_server.failures == []


@pytest.fixture(scope="session")
def providers(sample, scripted_server):
    """Every provider that tests/support/prices.yaml names."""
    return [
        provider("sample", sample.base_url),
        provider("drained", sample.base_url, abort_stops_billing=False),
        provider("reasoning", sample.base_url, reasoning_in_completion=False),
        provider("scripted", scripted_server.base_url),
        *(provider(name, scripted_server.base_url, dialect=name) for name in DIALECTS),
        provider("down", UNUSED_PORT_URL),
    ]


@pytest.fixture(scope="session")
def gateway(tmp_path_factory, providers):
    running = Gateway(tmp_path_factory.mktemp("gateway"), providers, workers=2, limits={"max_body_bytes": 1 << 20})
    running.start()
    yield running
    assert running.alive(), f"the gateway died:\n{running.log_file.read_text()[-3000:]}"
    assert running.stop() == 0


@pytest.fixture
def start_gateway(tmp_path, providers):
    """Starts gateways with their own configuration; all are stopped when the test ends."""
    started = []

    def start(*, directory=None, providers=providers, env=None, **overrides):
        running = Gateway(directory or tmp_path / f"gateway{len(started)}", providers, **{"workers": 1} | overrides)
        started.append(running)
        return running.start(env)

    yield start
    for running in started:
        if running.process is not None:
            running.stop()


@pytest.fixture
def talking():
    """A provider of sessions of the Realtime API."""
    from support.realtime import RealtimeUpstream  # of websockets, which no other test needs

    upstream = RealtimeUpstream()
    upstream.script = lambda session: session.serve_responses()
    yield upstream
    upstream.stop()
    assert upstream.failures == []


@pytest.fixture
def talks(start_gateway, talking):
    """Starts gateways whose sessions go to `talking`; the endpoint before it is down."""

    def start(**overrides):
        providers = [provider("mute", UNUSED_PORT_URL), provider("talking", talking.base_url)]
        return start_gateway(providers=providers, **overrides)

    return start


@pytest.fixture
def account(gateway):
    """An organization of its own with $5 and one key, on the session's gateway."""
    return gateway.new_account("5")


@pytest.fixture
def team(gateway):
    """An organization of its own with an owner, an admin and a member, on the session's gateway."""
    return new_team(gateway)


@pytest.fixture
def shared_data():
    """../shared/data, or a visible skip where a clone stands alone."""
    if not processes.SHARED_DATA.is_dir():
        pytest.skip(f"{processes.SHARED_DATA} is absent")
    return processes.SHARED_DATA


@pytest.fixture(scope="session")
def hosts():
    """GitHub and GitLab on loopback."""
    both = GitHosts()
    yield both
    both.close()


@pytest.fixture(scope="session")
def claiming(tmp_path_factory, providers, hosts):
    """A gateway whose Git organizations are those of `hosts`."""
    running = Gateway(tmp_path_factory.mktemp("claiming"), providers, workers=2, git=hosts.config)
    running.start()
    yield running
    assert running.stop() == 0
