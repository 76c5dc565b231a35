"""What strikes an apply strikes the one that mends it, too."""

from __future__ import annotations

from pathlib import Path

from crashes import recovery_strikes, run_one, strikes_of


def test_a_blow_in_the_recovery_changes_nothing(folder: Path) -> None:
    """Nested: the apply is struck, and so is the one that mends it, at each of its effects."""
    pairs = [
        (first, second)
        for first in strikes_of(folder)[::151]
        for second in recovery_strikes(folder, first)
    ]
    assert len(pairs) > 3200
    for first, second in pairs:
        run_one(folder, first, second)
