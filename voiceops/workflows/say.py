"""Speak with a voice that the lockfile names, and note that it was used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voiceops.core.families.known import (
    FAMILIES,
    family_of,
    family_of_voice,
    parse_voice_name,
)
from voiceops.core.forms import ACCOUNT_ZONE
from voiceops.core.texts.parts import cut_text
from voiceops.core.voice import Status
from voiceops.errors import NameUnknown, Rejected, UsageFault, VoiceopsError
from voiceops.files.lockfile.lockfile import read_lock, write_lock
from voiceops.files.state.folder import make_state_dir
from voiceops.files.state.process_lock import hold
from voiceops.provider.families.known import DIALECTS
from voiceops.provider.speech.pieces import (
    LONGEST_PART,
    Piece,
    Utterance,
    join_samples,
)
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.websocket import Dial
from voiceops.workflows.observe import Workspace


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice with the model that it was made for; `name` is empty if the lockfile has it not."""

    name: str
    voice_id: str
    target_model: str
    language: str


def find_speaker(workspace: Workspace, wanted: str, *, model: str | None) -> Speaker:
    """Find a voice by its name in the lockfile, or by its own name.

    A voice that the lockfile does not have is looked up at the service. Raises NameUnknown if
    there is none, UsageFault if it does not speak with `model`, or with none that we know.
    """
    speaker = _find_locked(workspace, wanted) or _find_live(workspace, wanted)
    family = family_of_voice(speaker.voice_id) or family_of(speaker.target_model)
    if family is None:
        raise UsageFault(
            f"{speaker.voice_id} was made for {speaker.target_model}, which is no model of "
            "designed voices"
        )
    if model is not None and model != speaker.target_model:
        raise UsageFault(
            f"{wanted} cannot speak with {model}: {speaker.voice_id} was made for "
            f"{speaker.target_model}",
            hint="a voice speaks with its own model alone: declare one for the other model",
        )
    if family.has_status:
        _refuse_silent(speaker, workspace)
    return speaker


def _refuse_silent(speaker: Speaker, workspace: Workspace) -> None:
    """Refuse a voice that cannot speak, or not yet: the service would send silence."""
    live = workspace.provider.query(speaker.voice_id)
    if live is not None and live.status is Status.IN_REVIEW:
        raise Rejected(f"{speaker.voice_id} is still in review", hint="try again in a minute")
    if live is not None and live.status is Status.REFUSED:
        hint = "edit its text in the manifest, and apply: another voice is made"
        raise Rejected(f"the service refused {speaker.voice_id} in its review", hint=hint)


def say(speaker: Speaker, text: str, access: Access, *, dial: Dial | None) -> Iterator[Piece]:
    """Say a text of any length, over the protocol of the voice's model; the audio as it comes."""
    parts = cut_text(text, LONGEST_PART)
    utterance = Utterance(speaker.voice_id, speaker.target_model, speaker.language, parts)
    family = family_of_voice(speaker.voice_id) or family_of(speaker.target_model)
    dialect = DIALECTS[family.key if family else FAMILIES[0].key]
    return join_samples(dialect.speak(utterance, access, dial))


def note_use(workspace: Workspace, speaker: Speaker) -> str:
    """Note in the lockfile that the voice was used today; gives why that could not be done."""
    if not speaker.name:
        return "the lockfile does not name this voice"
    environment, effects = workspace.environment, workspace.effects
    day = effects.now().astimezone(ACCOUNT_ZONE).date().isoformat()
    try:
        make_state_dir(workspace.root, effects=effects)
        with hold(environment.state_dir, effects=effects):
            lock = read_lock(environment.lockfile)
            used = lock.use(speaker.voice_id, day)
            if used != lock:
                write_lock(environment.lockfile, used, effects=effects)
    except VoiceopsError as error:
        return error.message
    return ""


def _find_locked(workspace: Workspace, wanted: str) -> Speaker | None:
    voices = read_lock(workspace.environment.lockfile).voices
    for name, entry in sorted(voices.items()):
        if wanted in {name, entry.voice_id}:
            return Speaker(name, entry.voice_id, entry.target_model, entry.language)
    return None


def _find_live(workspace: Workspace, wanted: str) -> Speaker:
    if parse_voice_name(wanted) is None:
        raise NameUnknown(
            f"{wanted!r} is neither a name of the lockfile nor a designed voice",
            hint="see `voiceops resolve` for the names",
        )
    live = workspace.provider.query(wanted)
    if live is None:
        raise NameUnknown(f"the service has no voice {wanted}", hint="see `voiceops list`")
    return Speaker("", wanted, live.target_model, live.language)
