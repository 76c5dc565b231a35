"""Clones that somebody else made: strangers among the designed voices."""

from __future__ import annotations

import uuid
from datetime import datetime

from voiceops.sandbox.account import Account, Voice
from voiceops.sandbox.clock import write_time
from voiceops.sandbox.families.cosyvoice.names import TARGET_MODELS, name_clone
from voiceops.sandbox.script import Family

_PREFIX = "clone"


def put_clones(account: Account, number: int, now: datetime) -> None:
    """See to it that the account holds some clones; they always have the same names.

    A clone has no texts, and takes its place in the quota. One that was deleted comes back.
    """
    at = write_time(now)
    for place in range(number):
        target_model = TARGET_MODELS[place % len(TARGET_MODELS)]
        tail = uuid.uuid5(uuid.NAMESPACE_OID, f"{_PREFIX} {place}").hex
        voice_id = name_clone(target_model, _PREFIX, tail)
        if account.find_voice(voice_id, Family.COSYVOICE) is None:
            account.add_voice(
                Voice(voice_id, target_model, "zh", "", "", at, at, family=Family.COSYVOICE)
            )
