"""The sandbox's ledger as text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceops.sandbox.account import Bill

DESIGN = "qwen-voice-design"


def render_ledger(bills: Sequence[Bill], price: Decimal, currency: str) -> str:
    """Write a line for each charge, oldest first, and the sum last."""
    created = [bill for bill in bills if bill.item == DESIGN]
    spoken = sum(bill.count for bill in bills if bill.item != DESIGN)
    lost = sum(bill.is_reply_lost for bill in created)
    lines = [_render(bill, f"{price} {currency}") for bill in bills]
    notes = f", {lost} of them in a reply that was lost" if lost else ""
    total = f"{price * len(created)} {currency} for {_count(len(created), 'voice')}{notes}"
    lines.append(f"Ledger: {total}; {_count(spoken, 'character')} spoken.")
    return "\n".join(lines) + "\n"


def _render(bill: Bill, price: str) -> str:
    amount = price if bill.item == DESIGN else _count(bill.count, "character")
    lost = "  its reply was lost" if bill.is_reply_lost else ""
    return f"{bill.billed_at}  {amount:>14}  {bill.voice}{lost}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
