"""One document of each kind, and hostile ones made of them."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from situation import read_facts

from voiceops.core.findings import Findings
from voiceops.core.plan import Action, Plan, Quota
from voiceops.core.planning.planner import make_plan
from voiceops.core.result import Report, Result, Status
from voiceops.errors import AuthenticationFailed, Fault, Place
from voiceops.report.documents import Document, Failure, parse_document
from voiceops.report.json import dump_document

PLAN = {
    "settings": {"quota": 3},
    "desired": {
        "announcer": "deep",
        "weather": {"spec": "brisk", "aliases": ["meteo"]},
        "doubtful": "odd",
    },
    "locked": {
        "meteo": {"spec": "slow", "voice": "meteo@20251201"},
        "gone": {"spec": "slow", "voice": "gone@20260301"},
    },
    "live": [
        {"meteo@20251201": "slow"},
        {"gone@20260301": "slow"},
        {"doubtful@20260301": "odd"},
        {"doubtful@20260302": "odd"},
    ],
}
DRIFT = {
    "desired": {"kept": "calm", "lost": "low"},
    "locked": {
        "kept": {"spec": "calm", "observed": "calmer", "voice": "kept@20251201"},
        "lost": {"spec": "low", "voice": "lost@20260301"},
    },
    "live": [{"kept@20251201": "calm"}, {"kept@20260401": "calm"}, {"other@20260301": "odd"}],
    "queried": {"lost@20260301": None},
}
VOICE = "qwen-tts-vd-{}-voice-20260301000000000-a1b2".format
# What may be anything in a document that somebody else wrote; the rest is checked on reading.
FREE = {
    *("after", "before", "code", "command", "created", "currency", "duplicate_of", "endpoint"),
    *("environment", "field", "hint", "language", "lockfile", "lost", "message", "name", "path"),
    *("preview", "preview_text", "renamed_from", "replaces", "target_model", "voice"),
    *("voice_prompt", "asks"),
}


def plan(case: dict[str, Any]) -> Plan:
    return make_plan(read_facts(case))


def report() -> Report:
    results = (
        Result(Action.CREATE, "announcer", Status.DONE, VOICE("announcer"), preview="p/a.wav"),
        Result(Action.CREATE, "sports", Status.FAILED, message="the service said no", hint="ask"),
        Result(Action.REPLACE, "weather", Status.UNKNOWN, message="the reply was lost"),
        Result(Action.DELETE, "gone", Status.NOT_TRIED, VOICE("gone"), message="a create failed"),
    )
    return Report(
        environment="prod",
        endpoint="singapore",
        lockfile="voiceops.prod.lock",
        results=results,
        quota=Quota(limit=1000, now=3, after=4, peak=5, warn_at=900),
        spent=Decimal("0.2"),
        perhaps=Decimal("0.2"),
        currency="USD",
        warnings=("manifests/a.yaml:1:1: an old model",),
        stopped_by=2,
        plan_digest="0123456789ab",
    )


def findings() -> Findings:
    fault = Fault(Place("manifests/a.yaml", 4, 7), "voice_prompt is empty", "write a text")
    return Findings(1, 0, (fault,), (Fault(Place("manifests/a.yaml", 9, 3), "unknown model"),))


def failure() -> Failure:
    error = AuthenticationFailed("the service refused the key", hint="check DASHSCOPE_API_KEY")
    return Failure.of(error, command="plan")


def documents() -> dict[str, Document]:
    """Give a document of each kind, by a word for it."""
    return {
        "plan": plan(PLAN),
        "drift": plan(DRIFT),
        "apply": report(),
        "validate": findings(),
        "failure": failure(),
    }


def rewrite(document: Document, text: str) -> Document:
    """Put a text wherever others may write one."""
    values = _rewrite(json.loads(dump_document(document)), text)
    return parse_document(json.dumps(values).encode(), name="rewritten")


def _rewrite(value: Any, text: str) -> Any:
    if isinstance(value, list):
        return [_rewrite(item, text) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _write(member, text) if key in FREE else _rewrite(member, text)
        for key, member in value.items()
    }


def _write(member: Any, text: str) -> Any:
    if isinstance(member, list):
        return [text for _ in member]
    return text if member and isinstance(member, str) else _rewrite(member, text)


def with_deletes(made: Plan, number: int) -> Plan:
    """Let a plan delete so many voices more."""
    deletes = plan(
        {
            "locked": {f"gone_{index:011}": "slow" for index in range(number)},
            "live": [{f"gone_{index:011}": "slow"} for index in range(number)],
            "options": {"allow_deletes": number, "allow_empty": True},
        }
    )
    return replace(made, changes=made.changes + deletes.changes)
