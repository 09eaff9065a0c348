"""Short forms of tests/money: the long ones are started by hand."""

import pytest

from money import leaks, overshoot


@pytest.mark.timeout(180)
@pytest.mark.parametrize("stream, change", [(False, "0"), (True, "0.000001")])
def test_a_balance_is_spent_to_its_last_request_and_never_below_zero(tmp_path, stream, change):
    figures = overshoot.run(tmp_path, requests=6_400, worth=100, stream=stream, change=change)
    assert figures["served"] == 100 and figures["refused"] == 6_300


@pytest.mark.timeout(300)
def test_no_hold_is_left_by_upstreams_that_fail_at_random(tmp_path):
    leaks.run(tmp_path, requests=20_000)
