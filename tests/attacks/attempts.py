"""All attacks, in the order of their rows, and how one is carried out."""

from attacks import bills, operations, shares, sign_in, transfers  # noqa: F401  (they register their attacks)
from attacks.arena import ATTACKS as REGISTERED
from attacks.arena import Arena

ATTACKS = dict(sorted(REGISTERED.items(), key=lambda item: (not item[1].row.isdigit(), item[1].row.zfill(4))))


def carry_out(name, directory, *, quick):
    """The figures of one attack. Everything that it started is stopped."""
    arenas = []

    def start(**overrides):
        arenas.append(Arena(directory / f"arena{len(arenas)}", **overrides))
        return arenas[-1]

    try:
        return ATTACKS[name].run(start, quick)
    finally:
        for arena in arenas:
            arena.stop()
