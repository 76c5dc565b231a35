"""How a family says on the wire what all of them mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from voiceops.core.desired import Desired
from voiceops.core.families.family import Family
from voiceops.core.voice import Status
from voiceops.provider.speech.pieces import Piece, Utterance
from voiceops.provider.transport.access import Access
from voiceops.provider.transport.websocket import Dial


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The words of one family.

    `create`, `list`, `query` and `delete` are the names of its actions, `voice` that of the field
    that holds a voice's name. `write` gives the input of a create, but for action and target model.
    `statuses` are its words for what a voice may be; one that is not among them is no news. `speak`
    says a text with one of its voices.
    """

    family: Family
    create: str
    list: str
    query: str
    delete: str
    voice: str
    write: Callable[[Desired], Mapping[str, object]]
    speak: Callable[[Utterance, Access, Dial | None], Iterator[Piece]]
    statuses: Mapping[str, Status] = field(default_factory=dict)
