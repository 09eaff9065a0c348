"""Short forms of the attacks of tests/attacks, each with its bounds. `tests/attacks/run` has the long ones."""

import pytest

from attacks.attempts import ATTACKS, carry_out

pytestmark = pytest.mark.alone


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_stays_within_its_bounds(tmp_path, name):
    figures = carry_out(name, tmp_path, quick=True)
    assert figures
    missed = [str(figure) for figure in figures if not figure.holds]
    assert not missed, f"{ATTACKS[name].row} {name}: {missed}"
