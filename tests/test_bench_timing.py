"""The timing test of the bench sees a secret that shows, and none where there is none."""

from bench import timing

MEASUREMENTS = 300


def _by_secret(scalars: bytes, _public: int) -> int:
    """Take a time that grows with the first byte."""
    return sum(range(200 * scalars[0]))


def test_a_secret_that_shows() -> None:
    assert timing._greatest(_by_secret, MEASUREMENTS) > 4.5


def test_welch() -> None:
    assert timing._welch([1, 2, 3], [1, 2, 3]) == 0
    assert timing._welch([1], [2, 3]) == 0
    assert round(timing._welch([10, 12, 14], [1, 2, 3]), 3) == 7.746


def test_random_scalars_are_canonical() -> None:
    scalars = timing._random_scalars()
    assert len(scalars) == 32 * timing.ITEMS
    assert all(scalars[at] < 16 for at in range(31, len(scalars), 32))
