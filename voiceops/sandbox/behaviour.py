"""How a voice sounds that is described in English or Chinese: pitch, pace and timbre."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """How a voice speaks, as the synthesizer needs it."""

    pitch_hz: float
    syllable_s: float
    tract: float  # a factor on the formants; above 1 the mouth is smaller, as a child's
    brightness: float  # a factor on each formant's level over the one below it
    breath: float  # 0 to 1: the share of the noise
    roughness: float  # how far each period strays from the pitch, in quarter tones
    melody: float  # a factor on how far the pitch moves within a sentence


@dataclass(frozen=True, slots=True)
class _Cue:
    """What some words of a description do: a factor on each trait of the voice."""

    words: str  # separated by commas
    pitch: float = 1.0
    syllable: float = 1.0
    tract: float = 1.0
    brightness: float = 1.0
    breath: float = 1.0
    roughness: float = 1.0
    melody: float = 1.0


# Factors multiply: a girl is a child and female, and "male, almost female" is in between.
# However many of its words a description has, a cue counts once.
_CUES = (
    _Cue(
        "child, kid, toddler, boy, girl, childlike, childish, "
        "童, 儿童, 童声, 孩, 小孩, 孩子, 男童, 女童, 男孩, 女孩, 小男孩, 小女孩, 萝莉, 正太",
        pitch=1.8, tract=1.16,
    ),
    _Cue(
        "female, feminine, woman, lady, girl, mother, grandmother, grandma, actress, she, soprano, "
        "女, 女性, 女声, 女童, 女孩, 小女孩, 少女, 奶奶, 妈妈, 御姐, 萝莉, 姑娘",
        pitch=1.25, tract=1.06,
    ),
    _Cue(
        "male, masculine, man, gentleman, guy, boy, father, grandfather, grandpa, actor, he, "
        "男, 男性, 男声, 男童, 男孩, 小男孩, 爷爷, 爸爸, 大叔, 正太",
        pitch=0.75, tract=0.95,
    ),
    _Cue(
        "young, younger, youthful, teenage, teenager, 年轻, 青年, 少年, 少女, 青春",
        pitch=1.06, tract=1.02,
    ),
    _Cue(
        "old, older, elderly, senior, grandmother, grandma, grandfather, grandpa, "
        "老, 老年, 老人, 年迈, 苍老, 爷爷, 奶奶",
        pitch=0.92, syllable=1.08, breath=1.5, roughness=2.0,
    ),
    _Cue(
        "high, higher, high pitched, shrill, squeaky, soprano, 高, 高亢, 尖, 尖细, 高音",
        pitch=1.15, brightness=1.15,
    ),
    _Cue(
        "deep, deeper, low, lower, low pitched, bass, baritone, rumbling, "
        "低, 低沉, 深沉, 浑厚, 厚重, 低音",
        pitch=0.82, tract=0.97, brightness=0.8,
    ),
    _Cue(
        "bright, brighter, crisp, sharp, silvery, shrill, piercing, nasal, "
        "明亮, 清亮, 清脆, 响亮, 洪亮, 尖锐",
        brightness=1.7,
    ),
    _Cue(
        "dark, darker, warm, warmer, soft, softer, mellow, rich, velvety, smooth, muffled, gentle, "
        "暗, 温暖, 温柔, 柔和, 醇厚, 圆润, 磁性, 轻柔",
        brightness=0.6,
    ),
    _Cue(
        "hoarse, hoarseness, husky, raspy, rasp, gravelly, gruff, rough, smoky, "
        "沙哑, 嘶哑, 烟嗓, 粗犷, 粗糙",
        breath=5.0, roughness=4.0,
    ),
    _Cue("breathy, breathiness, breathless, airy, 气声, 气音, 空灵", breath=8.0),
    _Cue(
        "whisper, whispers, whispered, whispering, whispery, hushed, 耳语, 低语, 私语, 悄声",
        breath=18.0, roughness=4.0, melody=0.6,
    ),
    _Cue(
        "fast, faster, quick, quickly, rapid, rapidly, brisk, hurried, swift, high speed, "
        "快, 快速, 急促, 飞快, 轻快, 明快, 高速",
        syllable=0.78,
    ),
    _Cue(
        "slow, slower, slowly, unhurried, leisurely, drawling, low speed, "
        "慢, 缓慢, 慢速, 舒缓, 徐缓, 低速",
        syllable=1.28,
    ),
    _Cue(
        "calm, composed, measured, solemn, 沉稳, 平稳, 从容, 平静, 庄重",
        syllable=1.06, melody=0.8,
    ),
    _Cue(
        "lively, energetic, excited, cheerful, playful, enthusiastic, high energy, "
        "活泼, 激昂, 热情, 欢快, 活力, 兴奋, 愉快, 快乐, 高兴",
        syllable=0.94, melody=1.5,
    ),
    _Cue("flat, monotone, monotonous, robotic, 平淡, 单调, 机械", melody=0.4),
)  # fmt: skip

_NEGATIONS = (
    "not, no, never, without, neither, nor, non, hardly, isn't, aren't, doesn't, don't, "
    "不, 没, 没有, 无, 毫无, 并非, 不太"
)
_NEGATION_REACH = 4  # words, or Chinese characters: "not at all so deep"
_DEGREES = (
    (
        0.5,
        "slightly, somewhat, mildly, a bit, a little bit, a hint of, "
        "略, 略带, 略显, 稍, 稍微, 有点",
    ),
    (1.4, "very, extremely, exceptionally, 非常, 很, 极, 极其, 特别, 十分"),
)
# What holds a word of those above, but does not mean it.
_PLAIN = (
    "not only, not just, no doubt, year old, years old, high quality, "
    "老师, 老练, 高级, 高雅, 不仅, 不但, 不失, 无比, 微笑, 气息"
)
_CLAUSE_ENDS = re.compile(
    r"[.,;:!?()\n。、]|\b(?:and|but|yet|with|who|whose|that|which)\b|但|而|却|且"
)
# What a voice is for tells nothing of it: a man, too, may read to a child.
_PURPOSES = re.compile(r"\bfor\b[^.,;!?\n]*|(?:适合|适用|用于|面向)[^.,;!?\n。]*")


def read_manner(description: str) -> Manner:
    """Read how a described voice sounds, in English or Chinese; any text has a manner.

    Words that are negated, or say what the voice is for, count nothing; "slightly" and "very"
    less and more. Factors of all cues multiply, within what a voice can do.
    """
    mentions = _find_mentions(description)
    weights = {
        cue: max((mentions.get(word, 0.0) for word in _split(cue.words)), default=0.0)
        for cue in _CUES
    }

    def follow(base: float, factor_of: Callable[[_Cue], float], low: float, high: float) -> float:
        factors = (math.pow(factor_of(cue), weight) for cue, weight in weights.items())
        return min(max(base * math.prod(factors), low), high)

    return Manner(
        pitch_hz=follow(160.0, lambda cue: cue.pitch, 70.0, 380.0),
        syllable_s=follow(0.185, lambda cue: cue.syllable, 0.12, 0.32),
        tract=follow(1.0, lambda cue: cue.tract, 0.88, 1.28),
        brightness=follow(1.0, lambda cue: cue.brightness, 0.3, 2.0),
        breath=follow(0.04, lambda cue: cue.breath, 0.0, 0.8),
        roughness=follow(0.3, lambda cue: cue.roughness, 0.0, 2.0),
        melody=follow(1.0, lambda cue: cue.melody, 0.3, 1.8),
    )


def _split(words: str) -> list[str]:
    return words.split(", ")


def _make_scanner(known: Iterable[str]) -> re.Pattern[str]:
    """Make what finds known words, the longest first, and any other word or character.

    Chinese is not written in words, so its cues are looked for anywhere.
    """
    words = sorted(sorted(known), key=len, reverse=True)
    english = "|".join(re.escape(word) for word in words if word.isascii())
    chinese = "|".join(word for word in words if not word.isascii())
    return re.compile(rf"\b(?:{english})\b|{chinese}|[a-z']+|\S")


_CUE_WORDS = frozenset(word for cue in _CUES for word in _split(cue.words))
_NEGATION_WORDS = frozenset(_split(_NEGATIONS))
_DEGREE_WORDS = {word: degree for degree, words in _DEGREES for word in _split(words)}
_SCANNER = _make_scanner({*_CUE_WORDS, *_NEGATION_WORDS, *_DEGREE_WORDS, *_split(_PLAIN)})


def _find_mentions(description: str) -> dict[str, float]:
    """Find the cues of a description, each with the greatest weight that it has anywhere."""
    text = unicodedata.normalize("NFKC", description).lower().replace("’", "'").replace("-", " ")
    mentions: dict[str, float] = {}
    for clause in _CLAUSE_ENDS.split(_PURPOSES.sub(" ", text)):
        words = _SCANNER.findall(clause)
        for place, word in enumerate(words):
            if word in _CUE_WORDS:
                weight = _weigh(words[max(place - _NEGATION_REACH, 0) : place])
                mentions[word] = max(weight, mentions.get(word, 0.0))
    return mentions


def _weigh(before: list[str]) -> float:
    if not _NEGATION_WORDS.isdisjoint(before):
        return 0.0
    return _DEGREE_WORDS.get(before[-1], 1.0) if before else 1.0
