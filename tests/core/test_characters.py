"""Characters that look like a space, or like nothing, where no typography asks for them."""

from __future__ import annotations

import pytest

from voiceops.core.texts.lookalikes import find_odd, name_character, show_odd

NO_BREAK, NARROW, WIDE, ZERO = "\u00a0", "\u202f", "\u3000", "\u200b"


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("Good evening.", ()),
        (f"Good{NO_BREAK}evening.", (NO_BREAK,)),
        (f"Good{NO_BREAK}evening,{NO_BREAK}all{ZERO}.", (NO_BREAK, ZERO)),
        (f"Good{WIDE}evening.", (WIDE,)),
        (f"各位听众{WIDE}大家好。", ()),
        (f"各位听众{NO_BREAK}大家好。", (NO_BREAK,)),
        (f"«{NO_BREAK}Bonsoir{NARROW}!{NO_BREAK}»", ()),
        (f"Il est 20{NARROW}000 fois 20{NO_BREAK}%.", ()),
        ("soft\u00adhyphen", ("\u00ad",)),
        ("\u202eright to left", ("\u202e",)),
        ("👩\u200d🚀 joined", ()),
        ("a\u2003b", ("\u2003",)),
    ],
)
def test_odd_characters_are_found_where_nothing_asks_for_them(
    text: str, odd: tuple[str, ...]
) -> None:
    assert find_odd(text) == odd


def test_odd_characters_are_shown_as_escapes() -> None:
    assert show_odd(f"a{NO_BREAK}b{NARROW}c{WIDE}d e é") == r"a\xa0b\u202fc\u3000d e é"
    assert name_character(NO_BREAK) == "U+00A0 (no-break space)"
