"""What the ledger says of voices that cost nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from voiceops.cli.ledger_text import render_ledger
from voiceops.sandbox.account import Bill

AT = "2026-11-22 12:00:00"
PAID = Bill("qwen-voice-design", "a", AT)
FREE = Bill("voice-enrollment", "b", AT)
LOST = Bill("voice-enrollment", "c", AT, is_reply_lost=True)
SPOKEN = Bill("cosyvoice-v3.5-plus", "b", AT, 7)


@pytest.mark.parametrize(
    ("bills", "total"),
    [
        ([], "0.0 USD for 0 voices; 0 characters spoken."),
        ([PAID, SPOKEN], "0.2 USD for 1 voice; 7 characters spoken."),
        ([PAID, FREE], "0.2 USD for 1 voice; 1 voice free of charge; 0 characters spoken."),
        (
            [FREE, LOST],
            "0.0 USD for 0 voices; 2 voices free of charge, 1 of them in a reply that was lost; "
            "0 characters spoken.",
        ),
    ],
)
def test_the_last_line_counts_what_is_free_apart(bills, total):
    assert render_ledger(bills, Decimal("0.2"), "USD").splitlines()[-1] == f"Ledger: {total}"


def test_a_voice_that_is_free_stands_there_with_nothing():
    lines = render_ledger([PAID, LOST], Decimal("0.2"), "USD").splitlines()
    assert [line.split()[2:] for line in lines[:2]] == [
        ["0.2", "USD", "a"],
        ["0", "USD", "c", "its", "reply", "was", "lost"],
    ]
