"""kill -9 under load: a short form of crash/kill_loop.py (the long form is 200 rounds)."""

import pytest

from crash import kill_loop


@pytest.mark.timeout(180)
def test_nothing_completed_is_lost_or_doubled_by_five_kills():
    totals = kill_loop.run(5, quiet=True)
    assert totals["kills"] == 5 and totals["completed"] > 100 and totals["records"] >= totals["completed"]


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_doubled_by_a_kill_at_each_fail_point():
    binary = kill_loop.fail_point_binary()
    if not binary.exists():
        pytest.skip(f"{binary} is absent: build the dev preset (it has the fail points)")
    totals = kill_loop.run(0, binary=binary, fail_points=True, quiet=True)
    assert totals["kills"] == len(kill_loop.FAIL_POINTS)
