"""The text of a plan, whole: a reader sees every decision, its reason, its price."""

from __future__ import annotations

import json

from situation import read_facts

from voiceops.core.plan import Action
from voiceops.core.planning.planner import make_plan
from voiceops.report.json import dump_document
from voiceops.report.style import Style
from voiceops.report.text import plan as plan_text
from voiceops.report.text.plan import render_plan

CASE = {
    "settings": {"quota": 8, "orphans": "keep"},
    "desired": {
        "announcer": "deep",
        "weather": {"spec": "brisk", "aliases": ["meteo"]},
        "sports": "loud",
        "doubtful": "odd",
        "kept": "calm",
    },
    "locked": {
        "meteo": {"spec": "slow", "voice": "meteo@20251201"},
        "gone": {"spec": "slow", "voice": "gone@20260301"},
        "kept": {"spec": "calm", "observed": "calmer", "voice": "kept@20260301"},
    },
    "live": [
        {"meteo@20251201": "slow"},
        {"gone@20260301": "slow"},
        {"kept@20260301": "calm"},
        {"sports@20260301": "loud"},
        {"doubtful@20260301": "odd"},
        {"doubtful@20260302": "odd"},
        {"stranger@20260301": "odd"},
    ],
}
TEXT = """\
environment default, at test

< adopt    sports  the account has this very voice; free of charge  manifests/voices.yaml:3:3
    voice         qwen-tts-vd-sports-voice-20260301000000000-a1b2
+ create   announcer  it is new  manifests/voices.yaml:3:3
    voice_prompt  A deep voice.
    preview_text  Hello.
    language      en
    target_model  qwen3-tts-vd-2026-01-26
± replace  weather (was meteo)  its declaration was edited  manifests/voices.yaml:3:3
    keeps         qwen-tts-vd-meteo-voice-20251201000000000-a1b2 until 2026-11-30
    voice_prompt  A [-slow-]{+brisk+} voice.
- delete   gone  no manifest declares it any more
    voice         qwen-tts-vd-gone-voice-20260301000000000-a1b2
! problem  doubtful  more than one voice fits  manifests/voices.yaml:3:3
    qwen-tts-vd-doubtful-voice-20260301000000000-a1b2, made 2026-03-01 00:00:00, 266 days ago, 0.2 USD
    qwen-tts-vd-doubtful-voice-20260302000000000-a1b2, made 2026-03-02 00:00:00, 265 days ago, 0.2 USD
    2 voices of the account are what is declared; each was paid for
    hint: choose one: `adopt: qwen-tts-vd-doubtful-voice-20260302000000000-a1b2`

Drift:
  kept: qwen-tts-vd-kept-voice-20260301000000000-a1b2 echoes another spec than was observed

Unmanaged voices (kept):
  qwen-tts-vd-stranger-voice-20260301000000000-a1b2

Quota: 7 voices now, 8 after, 9 at the peak, of 8: over the limit
Price: 2 x 0.2 = 0.4 USD (an estimate)

refused: the apply would hold 9 voices at its peak; the account takes 8
  hint: add --deletes-first

Plan: 1 to adopt, 1 to create, 1 to replace, 1 to delete, 1 in doubt, 1 unchanged.
"""


def test_a_plan_in_full() -> None:
    assert render_plan(make_plan(read_facts(CASE)), Style()) == TEXT


def test_colour_never_carries_meaning_alone() -> None:
    plan = make_plan(read_facts(CASE))
    coloured = render_plan(plan, Style(colour=True))
    assert "\x1b[" in coloured
    for code in ("0", "1", "2", "31;1", "32;1", "33;1", "36;1", "31", "32", "33", "36"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == render_plan(plan, Style())


def test_every_action_has_its_words() -> None:
    assert set(plan_text._SIGNS) == set(plan_text._COUNTED) == set(Action)


def test_json_holds_every_field_and_starts_with_its_version() -> None:
    plan = make_plan(read_facts(CASE))
    document = json.loads(dump_document(plan))
    assert list(document)[:2] == ["format_version", "kind"]
    assert set(document) == set(plan.__dataclass_fields__)
    assert document["price"] == {
        "creates": 2,
        "each": 0.2,
        "amount": 0.4,
        "currency": "USD",
        "max_cost": None,
        "free": 0,
    }
    assert [change["action"] for change in document["changes"]] == [
        "adopt",
        "create",
        "replace",
        "delete",
        "problem",
    ]
