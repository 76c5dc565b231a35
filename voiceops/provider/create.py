"""The paid request: what is sent, and what its reply proves."""

from __future__ import annotations

from collections.abc import Mapping

from voiceops.core.desired import Desired
from voiceops.core.families.known import parse_voice_name
from voiceops.core.forms import is_voice_id
from voiceops.errors import OutcomeUnknown, ServiceError
from voiceops.provider.answer import Answer
from voiceops.provider.dialect import Dialect
from voiceops.provider.meanings import find_meaning, make_error
from voiceops.provider.preview import read_preview
from voiceops.provider.protocol import Created
from voiceops.provider.repeatable import REQUEST_TIMEOUT

UNKNOWN_NOTE = "the voice may have been made, and billed"
UNKNOWN_HINT = "do not create it by hand: the next apply looks for it first"


def write_create(dialect: Dialect, desired: Desired) -> Mapping[str, object]:
    """Write the body of a create."""
    return {
        "model": dialect.family.api,
        "input": {
            "action": dialect.create,
            "target_model": desired.spec.target_model,
            **dialect.write(desired),
        },
        "parameters": {
            "sample_rate": desired.sample_rate_hz,
            "response_format": desired.response_format,
        },
    }


def read_created(answer: Answer, desired: Desired, dialect: Dialect) -> Created:
    """Take the voice out of the reply to a create.

    Raises Throttled or Rejected (or one of its kinds) only if the reply proves that nothing was
    made: a 4xx other than 408 with a code. Every other reply without a voice of this name raises
    OutcomeUnknown. A faulty preview is no error: the voice is paid for.
    """
    if answer.status != 200:
        raise _find_fault(answer)
    output = (answer.document or {}).get("output")
    if answer.code or not isinstance(output, dict):
        raise _doubt(answer)
    voice_id = output.get(dialect.voice)
    if not isinstance(voice_id, str) or not _may_be_named(voice_id, desired):
        raise _doubt(answer)
    preview = read_preview(output.get("preview_audio"), desired.response_format)
    return Created(voice_id, preview.audio, preview.fault)


def _find_fault(answer: Answer) -> ServiceError:
    is_refused = 400 <= answer.status < 500 and answer.status != REQUEST_TIMEOUT
    if not (is_refused and answer.code):
        return _doubt(answer)
    meaning = find_meaning(answer)
    return make_error(answer, meaning.error, hint=meaning.hint)


def _doubt(answer: Answer) -> ServiceError:
    return make_error(answer, OutcomeUnknown, hint=UNKNOWN_HINT, note=UNKNOWN_NOTE)


def _may_be_named(voice_id: str, desired: Desired) -> bool:
    """Tell whether this can be the voice: a name of the usual pattern must bear the one sent."""
    name = parse_voice_name(voice_id)
    if name is None:
        return is_voice_id(voice_id)
    return name.preferred_name == desired.sent
