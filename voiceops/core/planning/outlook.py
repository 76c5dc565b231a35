"""What a plan means for the account: quota, price, and voices that nobody speaks with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from voiceops.core.facts import Facts
from voiceops.core.forms import read_day
from voiceops.core.plan import Action, Change, IdleRisk, Price, Quota, Unmanaged
from voiceops.core.planning.facts_index import View
from voiceops.core.settings import Settings
from voiceops.core.voice import read_created

RECORDED_USE = "recorded_use"
CREATION = "creation"
_PAID = frozenset({Action.CREATE, Action.REPLACE})


def find_quota(changes: tuple[Change, ...], facts: Facts) -> Quota:
    """Count voices now, after these changes, and at the peak of the apply.

    Every voice that the service lists counts, whoever made it. A replace whose old voice goes at
    once holds two voices for a while; as many do as run side by side.
    """
    now = len(facts.live)
    made = sum(change.action in _PAID for change in changes)
    deletes = sum(bool(change.deletes) for change in changes)
    swaps = sum(change.action is Action.REPLACE and bool(change.deletes) for change in changes)
    freed_first = deletes - swaps if facts.options.deletes_first else 0
    side_by_side = min(swaps, facts.options.parallelism)
    limit = facts.settings.quota
    return Quota(
        limit=limit,
        now=now,
        after=now + made - deletes,
        peak=max(now, now - freed_first + made - swaps + side_by_side),
        warn_at=-(-limit * facts.settings.quota_warn_percent // 100),
    )


def find_price(changes: tuple[Change, ...], settings: Settings) -> Price:
    """Estimate what the creates and replaces cost."""
    creates = sum(change.action in _PAID for change in changes)
    each = settings.price_amount
    return Price(creates, each, creates * each, settings.price_currency, settings.max_cost)


def find_idle(
    changes: tuple[Change, ...], unmanaged: Iterable[Unmanaged], view: View
) -> tuple[IdleRisk, ...]:
    """List the voices that may be deleted for disuse soon, the first to go first.

    Only recorded use or the creation can be known: the service tells no last use. Voices that
    this plan deletes are left out, and so are those whose age nobody knows.
    """
    leaving = {voice for change in changes for voice in (change.deletes, change.deposes)}
    forgotten = {change.name for change in changes if change.action is Action.FORGET}
    names = {
        entry.voice_id: name
        for name, entry in sorted(view.facts.lock.voices.items())
        if name not in forgotten
    }
    names |= {
        change.voice: change.name
        for change in changes
        if change.action in {Action.ADOPT, Action.RESTORE, Action.RENAME}
    }
    names = {voice.voice: "" for voice in unmanaged} | names
    risks = (
        _find_risk(names[voice_id], voice_id, view)
        for voice_id in names
        if voice_id not in leaving and view.live(voice_id) is not None
    )
    found = (risk for risk in risks if risk is not None)
    return tuple(sorted(found, key=lambda risk: (risk.deletes_on, risk.name, risk.voice)))


def _find_risk(name: str, voice_id: str, view: View) -> IdleRisk | None:
    settings = view.facts.settings
    last_used, evidence = _last_use(name, voice_id, view)
    if last_used is None:
        return None
    deletes_on = last_used + timedelta(days=settings.idle_days)
    days_left = (deletes_on - view.today).days
    if days_left > settings.idle_warn_days:
        return None
    return IdleRisk(name, voice_id, last_used, evidence, deletes_on, days_left)


def _last_use(name: str, voice_id: str, view: View) -> tuple[date | None, str]:
    live = view.live(voice_id)
    entry = view.facts.lock.voices.get(name)
    used = (
        read_day(entry.last_used)
        if entry and entry.last_used and entry.voice_id == voice_id
        else None
    )
    created = read_created(voice_id, live.created if live else "")
    made = created.date() if created else None
    if used is not None and (made is None or used >= made):
        return used, RECORDED_USE
    return made, CREATION
