"""Days of any time zone, across a change of the clocks, sum to what the exported requests of those days sum to."""

import csv
import io
import subprocess
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from support.processes import GATEWAY, Gateway, provider

STEP = timedelta(minutes=17)
FIRST = datetime(2026, 9, 25, tzinfo=UTC)
LAST = datetime(2026, 11, 4, tzinfo=UTC)
CHANGES = {  # the day of the change of the clocks, if there is one
    "Europe/Berlin": date(2026, 10, 25),
    "America/New_York": date(2026, 11, 1),
    "Asia/Kathmandu": date(2026, 10, 25),
    "Australia/Lord_Howe": date(2026, 10, 4),
    "Pacific/Chatham": date(2026, 9, 27),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A gateway over requests every 17 minutes, and their rows as exported."""
    directory = tmp_path_factory.mktemp("local_days")
    gateway = Gateway(directory, [provider("sample", "http://127.0.0.1:1/v1")], workers=1)
    first_ms, step_ms = int(FIRST.timestamp() * 1000), int(STEP.total_seconds() * 1000)
    pace = [str(number) for number in ((LAST - FIRST) // STEP, 1, first_ms, step_ms)]
    program = GATEWAY.parent / "build_journal"
    made = subprocess.run([program, gateway.data_dir, *pace], check=True, capture_output=True, text=True)
    gateway.root_key = made.stdout.strip()
    gateway.start()
    [organization] = gateway.request("GET", "/api/organizations", key=gateway.root_key).json()["data"]
    path = f"/api/organizations/{organization['id']}"
    rows, cursor = [], ""
    while cursor is not None:
        query = f"?format=csv&limit=1000{cursor and '&cursor='}{cursor}"
        answer = gateway.request("GET", f"{path}/activity{query}", key=gateway.root_key)
        rows += csv.DictReader(io.StringIO(answer.text))
        cursor = answer.header("x-next-cursor")
    assert len(rows) == (LAST - FIRST) // STEP
    yield gateway, path, [(datetime.fromisoformat(row["settled_at"]), Decimal(row["usage"])) for row in rows]
    gateway.stop()


def edges_of(zone, first, days):
    """The instants at which days begin there: midnight, whatever the clocks did in between."""
    dates = [first + timedelta(days=i) for i in range(days + 1)]
    return [datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC) for day in dates]


@pytest.mark.parametrize("zone", CHANGES)
def test_local_days_are_the_sums_of_their_exported_requests(filled, zone):
    gateway, path, rows = filled
    edges = edges_of(zone, CHANGES[zone] - timedelta(days=1), 3)
    lengths = {after - before for before, after in zip(edges, edges[1:])}
    assert (len(lengths) == 1) == (zone == "Asia/Kathmandu")
    query = ",".join(edge.strftime("%Y-%m-%dT%H:%M:%SZ") for edge in edges)
    answer = gateway.request("GET", f"{path}/analytics?edges={query}", key=gateway.root_key).json()
    expected = []
    for begin, end in zip(edges, edges[1:]):
        inside = [usage for settled, usage in rows if begin <= settled < end]
        assert inside
        expected.append((begin, len(inside), sum(inside)))
    found = [
        (datetime.fromisoformat(row["begin"]), row["requests"], Decimal(str(row["usage"]))) for row in answer["data"]
    ]
    assert found == expected
    assert answer["total"]["requests"] == sum(requests for _, requests, _ in expected)
    assert not answer["partial"]


def test_row_51_the_repeated_hour_of_autumn_is_two_buckets(filled):
    gateway, path, rows = filled
    begin = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight in Berlin
    edges = [begin + timedelta(hours=i) for i in range(26)]
    query = ",".join(str(int(edge.timestamp() * 1000)) for edge in edges)
    answer = gateway.request("GET", f"{path}/analytics?edges={query}", key=gateway.root_key).json()
    assert [datetime.fromisoformat(row["begin"]) for row in answer["data"]] == edges[:-1]
    assert sum(row["requests"] for row in answer["data"]) == sum(begin <= at < edges[-1] for at, _ in rows)
