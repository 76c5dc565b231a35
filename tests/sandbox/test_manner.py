"""How a voice sounds that is described."""

from __future__ import annotations

from dataclasses import astuple
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceops.sandbox.behaviour import read_manner

NEUTRAL = read_manner("")


@pytest.mark.parametrize(
    ("trait", "descending"),
    [
        ("pitch_hz", ["A child", "A woman", "A voice", "A man", "A deep, old man"]),
        ("pitch_hz", ["女童", "女性", "声音", "男性", "低沉的老年男性"]),
        ("pitch_hz", ["a little girl", "a little boy", "a young woman", "a young man"]),
        ("pitch_hz", ["小女孩", "小男孩", "年轻女性", "年轻男性"]),
        ("pitch_hz", ["high-pitched", "", "Slightly low", "LOW", "very low"]),
        ("pitch_hz", ["声音高亢", "", "略低", "低沉", "非常低沉"]),
        ("syllable_s", ["very slow", "slow", "slightly slow", "", "brisk", "extremely fast"]),
        ("syllable_s", ["非常缓慢", "语速慢", "稍慢", "", "语速快", "语速很快"]),
        ("tract", ["girl", "woman", "", "man"]),
        ("brightness", ["very bright", "crisp", "", "warm", "dark and deep"]),
        ("brightness", ["非常明亮", "清脆", "", "温暖", "低沉、柔和"]),
        ("breath", ["whispering", "breathy", "hoarse", "slightly husky", ""]),
        ("breath", ["耳语", "气声", "沙哑", "略带沙哑", ""]),
        ("roughness", ["gravelly", "a bit gravelly", "smooth"]),
        ("melody", ["lively", "", "calm", "monotone"]),
        ("melody", ["活泼", "", "沉稳", "平淡"]),
    ],
)
def test_a_trait_follows_the_words(trait, descending):
    values = [attrgetter(trait)(read_manner(description)) for description in descending]
    assert values == sorted(set(values), reverse=True)


@pytest.mark.parametrize(
    ("description", "as_if"),
    [
        ("not deep", ""),
        ("neither fast nor slow", ""),
        ("without any trace of hoarseness", ""),
        ("It isn’t at all bright", ""),
        ("not deep but bright", "bright"),
        ("not deep, bright", "bright"),
        ("not fast and slightly hoarse", "slightly hoarse"),
        ("not only deep", "deep"),
        ("a woman, not a child", "a woman"),
        ("不快不慢", ""),
        ("没有沙哑", ""),
        ("不太低沉，明亮", "明亮"),
        ("声音不低沉但沙哑", "沙哑"),
        ("不仅低沉", "低沉"),
    ],
)
def test_what_is_negated_counts_nothing(description, as_if):
    assert read_manner(description) == read_manner(as_if)


@pytest.mark.parametrize(
    ("description", "as_if"),
    [
        ("A man, suitable for children and a young girl", "A man"),
        ("男性，适合儿童、女性节目", "男性"),
        ("Manual breakfast, many shadows", ""),
        ("eight years old", ""),
        ("老师的声音，微笑着", ""),
        ("a woman, female, a lady", "a woman"),
        ("slightly deep, deep", "deep"),
        ("deep, slightly deep", "deep"),
        ("ＤＥＥＰ", "deep"),
        ("a deep,\nold\tman", "a deep old man"),
        ("一个fast的声音", "fast"),
    ],
)
def test_only_what_says_how_it_sounds_counts_and_only_once(description, as_if):
    assert read_manner(description) == read_manner(as_if)


@pytest.mark.parametrize(
    ("description", "parts"),
    [
        ("a girl", ("a child", "female")),
        ("女孩", ("孩子", "女")),
        ("a grandfather", ("old", "a man")),
        ("bright and hoarse", ("bright", "hoarse")),
        ("低沉沙哑", ("低沉", "沙哑")),
    ],
)
def test_cues_combine(description, parts):
    factors = [
        [a * b / (n * n) for a, b, n in zip(*map(astuple, (one, two, NEUTRAL)), strict=True)]
        for one, two in ((read_manner(description), NEUTRAL), map(read_manner, parts))
    ]
    assert factors[0] == pytest.approx(factors[1])


@given(st.text() | st.lists(st.sampled_from(["very", "not", "deep", "old", "whisper", "快"])))
def test_every_description_has_a_manner_that_a_voice_can_have(description):
    manner = read_manner(description if isinstance(description, str) else " ".join(description))
    assert 70 <= manner.pitch_hz <= 380
    assert 0.12 <= manner.syllable_s <= 0.32
    assert 0 <= manner.breath <= 0.8
