"""The refusals that the vendor documents: HTTP status, code and message of each."""

from __future__ import annotations

from voiceops.errors import AuthenticationFailed, QuotaFull, Rejected, ServiceError, VoiceNotFound


def invalid_key() -> AuthenticationFailed:
    """Refuse a request without a key, or with one that is not the account's."""
    return AuthenticationFailed("Invalid API-key provided.", status=401, code="InvalidApiKey")


def no_such_path() -> Rejected:
    """Refuse a path; the service's code and message are not documented, so these are ours."""
    return Rejected("The requested path does not exist.", status=404, code="NotFound")


def method_not_allowed() -> Rejected:
    """Refuse a method; the service's code and message are not documented, so these are ours."""
    return Rejected("The method is not allowed here.", status=405, code="MethodNotAllowed")


def body_too_large() -> Rejected:
    """Refuse a body by its size; the documented answer to it, the bound is the sandbox's."""
    return Rejected("Payload Too Large.", status=413, code="BadRequest.TooLarge")


def illegal_input() -> Rejected:
    """Refuse a body that is no JSON object."""
    return _bad_request("BadRequest.IllegalInput", "The input parameter requires json format.")


def empty_model() -> Rejected:
    """Refuse a body that names no model."""
    return _bad_request("BadRequest.EmptyModel", 'Required parameter "model" missing from request.')


def empty_input() -> Rejected:
    """Refuse a body without an input."""
    return _bad_request("BadRequest.EmptyInput", "Required input parameter missing from request.")


def model_not_found() -> Rejected:
    """Refuse a model that the service does not have."""
    return Rejected("Model can not be found.", status=404, code="ModelNotFound")


def invalid_parameter(name: str) -> Rejected:
    """Refuse a parameter that is missing, of the wrong type or outside its range."""
    message = f"Required parameter({name}) missing or invalid, check the request parameters."
    return _bad_request("InvalidParameter", message)


def invalid_preferred_name() -> Rejected:
    """Refuse a malformed preferred name, in the words that a developer got from the service."""
    return _bad_request("InvalidParameter", "Required input 'preferred_name' is invalid")


def cannot_encode(response_format: str) -> Rejected:
    """Refuse an audio format that is valid, but that the sandbox cannot make."""
    message = f"The sandbox cannot encode {response_format}; ask for wav or pcm."
    return _bad_request("InvalidParameter", message)


def quota_full() -> QuotaFull:
    """Refuse one more voice; status 400 tells it from a throttling of the same code."""
    message = "Maximum voice storage limit exceeded, please delete existing voices."
    return QuotaFull(message, status=400, code="Throttling.AllocationQuota")


def voice_not_found(voice: str) -> VoiceNotFound:
    """Refuse a voice name that the account does not have."""
    return VoiceNotFound(f"Voice not found: {voice}", status=400, code="VoiceNotFound")


def voice_not_supported(voice: str) -> Rejected:
    """Refuse to speak with a voice that is unknown, or was designed for another model."""
    message = f"The requested voice '{voice}' is not supported."
    return Rejected(message, status=400, code="invalid_value")


def audio_expired() -> Rejected:
    """Refuse a download that is over 24 hours old, or never was; code and message are ours."""
    return Rejected("The audio is not here, or not any more.", status=403, code="AccessDenied")


def internal_error() -> ServiceError:
    """Give up on a request; nothing of it was done."""
    message = "An internal error has occured, try again later or contact service support."
    return ServiceError(message, status=500, code="InternalError")


def _bad_request(code: str, message: str) -> Rejected:
    return Rejected(message, status=400, code=code)
