"""Waits for a condition, never for a time."""

import time


def eventually(condition, within_s=5.0, every_s=0.01):
    """The first truthy value of `condition()`; fails with the last one seen."""
    until = time.monotonic() + within_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < until, f"did not happen within {within_s} s; last seen: {value!r}"
        time.sleep(every_s)
