"""Death, power cuts, full disks, lost replies, signals: at every effect of an apply."""

from __future__ import annotations

from pathlib import Path

import pytest
from crashes import Layout, lose_state, put_links, run_one, strikes_of


def test_whatever_strikes_one_apply_makes_it_right(folder: Path) -> None:
    strikes = strikes_of(folder)
    assert len(strikes) > 1800
    for where in strikes:
        run_one(folder, where)


def test_whatever_strikes_what_was_replaced_is_kept(folder: Path) -> None:
    strikes = strikes_of(folder, days=7)
    assert len(strikes) > 1200
    for where in strikes[::3]:
        run_one(folder, where, days=7)


@pytest.mark.parametrize("layout", [lose_state, put_links])
def test_whatever_strikes_new_folders_or_links_change_nothing(folder: Path, layout: Layout) -> None:
    strikes = strikes_of(folder, layout=layout)
    assert len(strikes) > 1800
    for where in strikes[::5]:
        run_one(folder, where, layout=layout)
        assert layout is lose_state or (folder / "now" / "project" / "voiceops.lock").is_symlink()


def test_whatever_strikes_a_family_without_stamps_is_made_right(folder: Path) -> None:
    """Its names tell no time, its listing no count and no language, and its voices are reviewed."""
    strikes = strikes_of(folder, family="cosyvoice")
    assert len(strikes) > 1800
    for where in strikes[::3]:
        run_one(folder, where, family="cosyvoice")
