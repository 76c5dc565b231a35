"""What a plan means for the account: quota, price, and voices that nobody speaks with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from voiceops.core.facts import Facts
from voiceops.core.families.family import Family
from voiceops.core.families.known import FAMILIES, family_of_voice
from voiceops.core.forms import read_day
from voiceops.core.plan import Action, Change, IdleRisk, Price, Quota, Unmanaged
from voiceops.core.planning.facts_index import View
from voiceops.core.settings import Settings
from voiceops.core.voice import read_created

RECORDED_USE = "recorded_use"
CREATION = "creation"
_PAID = frozenset({Action.CREATE, Action.REPLACE})


def find_quotas(changes: tuple[Change, ...], facts: Facts) -> tuple[Quota, ...]:
    """Count the voices of each family now, after these changes, and at the peak of the apply.

    The tightest comes first; only families that have voices, or get some, are counted, or the first
    of all if none has.
    """
    made = [change.desired.family for change in changes if change.desired and _is_paid(change)]
    used = {family.key: family for family in [*made, *(voice.family for voice in facts.live)]}
    families = list(used.values()) or [FAMILIES[0]]
    quotas = [_find_quota(changes, family, facts) for family in families]
    named = quotas if len(quotas) > 1 else [replace(quotas[0], family="")]
    return tuple(sorted(named, key=lambda quota: (-quota.peak / quota.limit, quota.family)))


def _find_quota(changes: tuple[Change, ...], family: Family, facts: Facts) -> Quota:
    """Count one family: every voice that its listing has counts, whoever made it.

    A replace whose old voice goes at once holds two voices for a while; as many do as run side by
    side.
    """
    now = sum(voice.family is family for voice in facts.live)
    paid = [one for one in changes if one.desired and one.desired.family is family]
    paid = [change for change in paid if _is_paid(change)]
    leaving = [c for c in changes if c.deletes and _family_of(c.deletes) is family]
    swaps = sum(change.action is Action.REPLACE for change in leaving)
    freed_first = len(leaving) - swaps if facts.options.deletes_first else 0
    side_by_side = min(swaps, facts.options.parallelism)
    limit = facts.settings.quota_of(family)
    return Quota(
        limit=limit,
        now=now,
        after=now + len(paid) - len(leaving),
        peak=max(now, now - freed_first + len(paid) - swaps + side_by_side),
        warn_at=-(-limit * facts.settings.quota_warn_percent // 100),
        family=family.key,
    )


def _is_paid(change: Change) -> bool:
    return change.action in _PAID


def _family_of(voice_id: str) -> Family:
    return family_of_voice(voice_id) or FAMILIES[0]


def find_price(changes: tuple[Change, ...], settings: Settings) -> Price:
    """Estimate what the creates and replaces cost: each what its family takes for one.

    `each` is the price of those that cost something.
    """
    families = [change.desired.family for change in changes if change.desired and _is_paid(change)]
    prices = [settings.price_of(family) for family in families]
    bill = next((family for family in families if family.price), FAMILIES[0])
    return Price(
        creates=len(families),
        each=settings.price_of(bill),
        amount=sum(prices, start=Decimal(0) * settings.price_of(bill)),
        currency=settings.currency_of(bill),
        max_cost=settings.max_cost,
        free=sum(not family.price for family in families),
    )


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
