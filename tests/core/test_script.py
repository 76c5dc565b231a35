from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceops.core.families.limits import LANGUAGES
from voiceops.core.texts.script import (
    Misfit,
    count_letters,
    find_preview_misfit,
    find_prompt_misfit,
)

SENTENCES = {
    "zh": "晚上好，这里是今天的新闻。",
    "en": "Good evening, here is the news.",
    "de": "Guten Abend, hier sind die Nachrichten aus Köln.",
    "it": "Buonasera, ecco le notizie di oggi.",
    "pt": "Boa noite, aqui estão as notícias.",
    "es": "Buenas noches, aquí están las noticias.",
    "ja": "こんばんは、ニュースをお伝えします。",
    "ko": "안녕하세요, 오늘의 뉴스입니다.",
    "fr": "Bonsoir, voici les nouvelles d’été.",
    "ru": "Добрый вечер, в эфире новости.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_fits_its_own_language(language):
    assert find_preview_misfit(SENTENCES[language], language, is_default=False) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "欢迎收听 BBC World Service。"),
        ("zh", "欢迎来到东京ディズニー。"),
        ("en", "Welcome to 北京大学."),
        ("en", "The Russian word is правда."),
        ("ja", "東京都庁舎"),
        ("ja", "YouTubeでライブ配信中です。"),
        ("ko", "大韓民國 만세"),
        ("ru", "Слушайте BBC News."),
        ("de", "ﬁne Größe"),
        ("en", "Hey, Ося"),
        ("xx", "what nobody knows fits"),
    ],
)
def test_names_and_quotations_in_another_script_are_no_fault(language, text):
    assert find_preview_misfit(text, language, is_default=False) is None


@pytest.mark.parametrize(
    ("language", "text", "message", "hint"),
    [
        (
            "zh",
            SENTENCES["ja"],
            "is mainly in Kana script, but its language is zh (Chinese)",
            "set `language` to ja, or write another text",
        ),
        (
            "ja",
            SENTENCES["ko"],
            "is mainly in Hangul script, but its language is ja (Japanese)",
            "set `language` to ko, or write another text",
        ),
        (
            "en",
            SENTENCES["zh"],
            "is mainly in Han script, but its language is en (English)",
            "set `language` to zh, or write another text",
        ),
        (
            "fr",
            SENTENCES["ru"],
            "is mainly in Cyrillic script, but its language is fr (French)",
            "set `language` to ru, or write another text",
        ),
        (
            "ru",
            SENTENCES["en"],
            "is mainly in Latin script, but its language is ru (Russian)",
            "set `language` to en or de or es or fr or it or pt, or write another text",
        ),
        (
            "en",
            "Καλησπέρα σας",
            "is mainly in Greek script, but its language is en (English)",
            "the service speaks de, en, es, fr, it, ja, ko, pt, ru, zh",
        ),
        ("de", "123 456!", "has no letters", "write a sentence in German"),
        ("zh", "。！？", "has no letters", "write a sentence in Chinese"),
    ],
)
def test_a_text_in_another_script_does_not_fit(language, text, message, hint):
    assert find_preview_misfit(text, language, is_default=False) == Misfit(message, hint)


def test_a_language_that_nobody_chose_is_called_the_default():
    assert find_preview_misfit("Good evening", "zh", is_default=True) == Misfit(
        "is mainly in Latin script, but its language is zh by default",
        "say which language it is: `language: en` for English",
    )


@pytest.mark.parametrize("text", [SENTENCES["en"], SENTENCES["zh"], "沉稳的 male voice, 像 Юрий"])
def test_a_prompt_may_be_in_english_or_chinese(text):
    assert find_prompt_misfit(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SENTENCES["ru"], "is mainly in Cyrillic script; the service takes English and Chinese"),
        (SENTENCES["ja"], "is mainly in Kana script; the service takes English and Chinese"),
        ("صوت هادئ", "is mainly in Arabic script; the service takes English and Chinese"),
        ("12345", "has no letters"),
        ("🎙 — …", "has no letters"),
    ],
)
def test_a_prompt_in_another_script_does_not_fit(text, message):
    misfit = find_prompt_misfit(text)
    assert misfit is not None
    assert misfit.message == message


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("ａｂ ﾆｭ ー 々 ㎏ 3 é!", {"Latin": 3, "Kana": 3, "Han": 1}),
        ("한글 漢字", {"Hangul": 2, "Han": 2}),
        ("", {}),
    ],
)
def test_letters_are_counted_by_script(text, letters):
    assert count_letters(text) == letters


@settings(deadline=None)
@given(st.text(), st.sampled_from(list(LANGUAGES)), st.booleans())
def test_any_text_gets_an_answer(text, language, is_default):
    misfits = [
        find_prompt_misfit(text),
        find_preview_misfit(text, language, is_default=is_default),
    ]
    assert all(misfit is None or (misfit.message and misfit.hint) for misfit in misfits)


@settings(deadline=None)
@given(st.text(alphabet="abcdefgh йцукен 漢字 かな 한글 123"), st.sampled_from(list(LANGUAGES)))
def test_the_order_of_characters_does_not_matter(text, language):
    assert find_preview_misfit(text, language, is_default=False) == find_preview_misfit(
        text[::-1], language, is_default=False
    )
