"""The voices of an account as text."""

from __future__ import annotations

from voiceops.core.inventory import Inventory
from voiceops.report.style import Style
from voiceops.report.terminal import columns, show


def render_inventory(inventory: Inventory, style: Style) -> str:
    """Write a table of all voices, whose they are first; the count stands last."""
    rows = [
        (
            voice.owner,
            show(voice.name),
            show(voice.voice),
            show(voice.created),
            show(voice.language),
            str(voice.due_on or ""),
        )
        for voice in inventory.voices
    ]
    waits = any(voice.due_on for voice in inventory.voices)
    head = (
        "whose",
        "name",
        "voice",
        "created",
        "language",
        "kept until" if waits else "",
    )
    table = [head, *rows] if rows else []
    widths = [max(columns(row[index]) for row in table) for index in range(6)] if table else []
    lines = [
        "  ".join(
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    ]
    if lines:
        lines[0] = style.paint(lines[0], "bold")
    place = f"environment {show(inventory.environment)}, at {show(inventory.endpoint)}"
    count = len(inventory.voices)
    lines.append(style.paint(f"{count:,} voice{'' if count == 1 else 's'} in {place}.", "bold"))
    return "\n".join(lines) + "\n"
