"""What `voice-enrollment` refuses, in the words that were seen; the codes are its own, too."""

from __future__ import annotations

from voiceops.errors import QuotaFull, Rejected, VoiceNotFound


def invalid_action() -> Rejected:
    """Refuse a word that is no action; `list` is none."""
    return _invalid("invalid action")


def one_text_only() -> Rejected:
    """Refuse a create without an audio to clone, and without both texts of a design."""
    return _invalid("provide url, or provide both voice_prompt and preview_text")


def preview_text_too_short(shortest: int) -> Rejected:
    """Refuse a preview text by its length."""
    return _invalid(f"preview_text should not be shorter than {shortest} characters")


def no_clones() -> Rejected:
    """Refuse what concerns clones; the sandbox's own, in its own words."""
    return _invalid("The sandbox makes no clones; leave url out, and describe the voice.")


def another_family(target_model: str) -> Rejected:
    """Refuse a target model that another family's API takes."""
    return _invalid(f"preprocess service not found for '{target_model}'")


def unknown_model() -> Rejected:
    """Refuse a target model that the service does not have."""
    return _invalid("Model not exist.")


def instruction_too_long(longest: int, length: int) -> Rejected:
    """Refuse an instruction by its length."""
    return _invalid(f"Instruction length is limited: {longest}, current: {length}")


def engine_error(model: str) -> Rejected:
    """Refuse to speak with a voice that is unknown, or was made for another model."""
    if model.startswith("qwen-audio"):
        return _invalid("Engine error [411]")
    return _invalid("Engine return error code: 418")


def quota_full(quota: int) -> QuotaFull:
    """Refuse one more voice; of the message only the beginning is on record."""
    return QuotaFull(f"您当前的配额为{quota}", status=400, code="Throttling.AllocationQuota")


def voice_not_found() -> VoiceNotFound:
    """Refuse a voice name that the account does not have; the message does not name it."""
    message = "The Required resource not exist."
    return VoiceNotFound(message, status=400, code="BadRequest.ResourceNotExist")


def _invalid(message: str) -> Rejected:
    return Rejected(message, status=400, code="InvalidParameter")
