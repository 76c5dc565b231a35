"""The sandbox's ledger as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceops.sandbox.account import Bill

DESIGN = "qwen-voice-design"
ENROLLMENT = "voice-enrollment"  # makes voices free of charge


def render_ledger(bills: Sequence[Bill], price: Decimal, currency: str) -> str:
    """Write a line for each charge, oldest first, and the sum last."""
    prices = {DESIGN: f"{price} {currency}", ENROLLMENT: f"0 {currency}"}
    paid = [bill for bill in bills if bill.item == DESIGN]
    free = [bill for bill in bills if bill.item == ENROLLMENT]
    spoken = sum(bill.count for bill in bills if bill.item not in prices)
    parts = [
        f"{price * len(paid)} {currency} for {_count(len(paid), 'voice')}{_note_lost(paid)}",
        *([f"{_count(len(free), 'voice')} free of charge{_note_lost(free)}"] if free else []),
        f"{_count(spoken, 'character')} spoken.",
    ]
    lines = [_render(bill, prices) for bill in bills]
    lines.append("Ledger: " + "; ".join(parts))
    return "\n".join(lines) + "\n"


def _note_lost(bills: Sequence[Bill]) -> str:
    lost = sum(bill.is_reply_lost for bill in bills)
    return f", {lost} of them in a reply that was lost" if lost else ""


def _render(bill: Bill, prices: Mapping[str, str]) -> str:
    amount = prices.get(bill.item) or _count(bill.count, "character")
    lost = "  its reply was lost" if bill.is_reply_lost else ""
    return f"{bill.billed_at}  {amount:>14}  {bill.voice}{lost}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
