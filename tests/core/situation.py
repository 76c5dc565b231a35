"""Facts from a few words: how the case files of the planner are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from voiceops.core.desired import Desired
from voiceops.core.facts import Claims, Facts, Intent, Overlooked
from voiceops.core.families.family import Listing
from voiceops.core.families.known import family_of, parse_voice_name
from voiceops.core.lock import Deposed, Lock, LockEntry, Why
from voiceops.core.planning.neighbours import Neighbour
from voiceops.core.settings import Options, Orphans, Settings
from voiceops.core.spec import Spec
from voiceops.core.voice import LiveVoice, Status
from voiceops.errors import Place

NOW = datetime(2026, 11, 22, 4, 0, 0, tzinfo=UTC)  # noon in the account's zone
MODEL = "qwen3-tts-vd-2026-01-26"
_MODELS = {"qwen": MODEL, "cosyvoice": "cosyvoice-v3.5-plus"}
_family: ContextVar[str] = ContextVar("family", default="qwen")


@contextmanager
def all_of(family: str) -> Iterator[None]:
    """Let the short forms stand for voices of this family."""
    token = _family.set(family)
    try:
        yield
    finally:
        _family.reset(token)


def voice_id(text: str) -> str:
    """Write a generated name from `name` or `name@yyyymmddhhmmss` or `name@stamp#suffix`."""
    if text.startswith(("qwen-", "my-", "cosyvoice-")):
        return text
    name, _, rest = text.partition("@")
    stamp, _, suffix = rest.partition("#")
    digits, end = (stamp or "20260101120000").ljust(17, "0"), suffix or "a1b2"
    match _family.get():
        case "cosyvoice":
            tail = f"{digits}{end.encode().hex()}"[:32].ljust(32, "0")
            return f"{_MODELS['cosyvoice']}-vd-{sent_name(name)}-{tail}"
        case _:
            return f"qwen-tts-vd-{name}-voice-{digits}-{end}"


def sent_name(name: str) -> str:
    """Give what is sent as a voice's name."""
    return name.replace("_", "")[:10].lower() if _family.get() == "cosyvoice" else name


def _created(text: str) -> str:
    """Give the time of a create as a listing tells it; empty if the short form has none."""
    stamp = text.partition("@")[2].partition("#")[0] or "20260101120000"
    digits = stamp.ljust(14, "0")[:14]
    try:
        return f"{datetime.strptime(digits, '%Y%m%d%H%M%S'):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return ""


def spec(text: str) -> Spec:
    """Make a spec that differs whenever the text does; `prompt/model` chooses the model."""
    prompt, _, model = text.partition("/")
    return Spec.of(
        voice_prompt=f"A {prompt} voice.",
        preview_text="Hello.",
        language="en",
        target_model=model or _MODELS[_family.get()],
    )


def seen(text: str) -> Spec:
    """Give a spec as a listing echoes it."""
    made = spec(text)
    family = family_of(made.target_model)
    return family.show(made) if family else made


def read_facts(case: dict[str, Any]) -> Facts:
    """Make facts from a case: every key is optional but what it is about."""
    return Facts(
        environment="default",
        endpoint="test",
        desired=tuple(_desired(name, body) for name, body in case.get("desired", {}).items()),
        lock=Lock(
            {name: _entry(name, body) for name, body in case.get("locked", {}).items()},
            {
                voice_id(key): Deposed(
                    body["name"],
                    _digest(body.get("observed")),
                    body.get("since", "2026-11-01"),
                    Why(body.get("why", "replaced")),
                )
                for key, body in case.get("deposed", {}).items()
            },
        ),
        live=tuple(_live(body) for body in case.get("live", [])),
        now=NOW,
        neighbours=(near := _neighbours(case.get("neighbours", {}))),
        claims=Claims(
            frozenset(map(voice_id, case.get("claims", {}).get("voices", [])))
            | {entry.voice_id for one in near for _, entry in one.voices},
            frozenset(map(voice_id, case.get("claims", {}).get("deposed", []))).union(
                *(one.deposed for one in near)
            ),
            tuple(_intent(body) for body in case.get("claims", {}).get("intents", [])),
            tuple(case.get("claims", {}).get("missing", [])),
        ),
        queried={
            voice_id(key): _live(body) if body else None
            for key, body in case.get("queried", {}).items()
        },
        intents=tuple(_intent(body) for body in case.get("intents", [])),
        deleted=frozenset(map(voice_id, case.get("deleted", []))),
        deleting=frozenset(map(voice_id, case.get("deleting", []))),
        overlooked=tuple(
            Overlooked(path, None if names is None else frozenset(names))
            for path, names in case.get("overlooked", {}).items()
        ),
        made={voice_id(text): NOW - timedelta(seconds=60) for text in case.get("made", [])},
        unreachable=case.get("unreachable", {}),
        settings=_settings(case.get("settings", {})),
        options=Options(
            **{
                key: tuple(value) if isinstance(value, list) else value
                for key, value in case.get("options", {}).items()
            }
        ),
    )


def _neighbours(case: dict[str, Any]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(
            name,
            tuple((key, _entry(key, value)) for key, value in body.get("locked", {}).items()),
            None
            if body.get("desired", {}) is None
            else tuple(_desired(key, value) for key, value in body.get("desired", {}).items()),
            frozenset(map(voice_id, body.get("deposed", []))),
        )
        for name, body in case.items()
    )


def _desired(name: str, body: dict[str, Any] | str) -> Desired:
    body = {"spec": body} if isinstance(body, str) else body
    return Desired(
        name=name,
        spec=spec(body["spec"]),
        place=Place("manifests/voices.yaml", 3, 3),
        protect=body.get("protect"),
        sent_as=sent if (sent := sent_name(name)) != name else "",
        aliases=tuple(body.get("aliases", ())),
        adopt=voice_id(body["adopt"]) if "adopt" in body else None,
        pin=body.get("pin", False),
    )


def _entry(name: str, body: dict[str, Any] | str) -> LockEntry:
    body = {"spec": body} if isinstance(body, str) else body
    is_seen = body.get("observed", body["spec"]) != "unseen"
    return LockEntry(
        voice_id=voice_id(body.get("voice", name)),
        target_model=spec(body["spec"]).target_model,
        language="en",
        spec=spec(body["spec"]).digest,
        observed=seen(body.get("observed", body["spec"])).digest if is_seen else None,
        created=body.get("created") or _keep_created(body.get("voice", name)),
        last_used=body.get("last_used"),
        protect=body.get("protect", False),
    )


def _live(body: dict[str, Any] | str) -> LiveVoice:
    """Read `voice: spec`; a spec of null is one that the service does not tell.

    `status` may stand beside it.
    """
    body = dict({body: None} if isinstance(body, str) else body)
    status = Status(body.pop("status", Status.READY))
    ((key, text),) = body.items()
    name = parse_voice_name(voice_id(key))
    return LiveVoice(
        voice_id(key),
        seen(text) if text else None,
        _MODELS[_family.get()],
        "en",
        _created(key) if name and (name.created_at or name.target_model) else "",
        status=status,
    )


def _keep_created(text: str) -> str | None:
    """Give the time of a create where the voice's name does not tell it."""
    return _created(text) if _family.get() == "cosyvoice" else None


def _intent(body: dict[str, Any]) -> Intent:
    return Intent(
        id="1",
        at=datetime.fromisoformat(body["at"]),
        name=body["name"],
        spec=spec(body["spec"]).digest,
        target_model=_MODELS[_family.get()],
        sent=sent_name(body["name"]),
        seen=seen(body["spec"]).digest,
        language="en",
        protect=False,
        before=frozenset(map(voice_id, body.get("before", []))),
        made=voice_id(body["made"]) if "made" in body else "",
        saw=voice_id(body["saw"]) if body.get("saw") else body.get("saw"),
        told=datetime.fromisoformat(body["told"] if "told" in body else body["at"]),
    )


def _digest(text: str | None) -> str | None:
    return seen(text).digest if text else None


def _settings(values: dict[str, Any]) -> Settings:
    convert = {
        "orphans": Orphans,
        "listing": Listing,
        "ignore": tuple,
        "max_cost": lambda value: Decimal(str(value)),
    }
    return Settings(
        **{key: convert.get(key, lambda same: same)(value) for key, value in values.items()}
    )
