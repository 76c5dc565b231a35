"""What a sandbox is told to be and to do wrong, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Which of the service's APIs makes a voice."""

    QWEN = "qwen"
    COSYVOICE = "cosyvoice"


class Order(StrEnum):
    """In which order voices are listed; the service's own order is not documented."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    SHUFFLED = "shuffled"


class TooLarge(StrEnum):
    """What becomes of a page size above the cap."""

    CLAMP = "clamp"
    REFUSE = "refuse"


class Queried(StrEnum):
    """Which fields a query shows: the vendor's pages contradict each other."""

    FULL = "full"
    REDUCED = "reduced"


class Echo(StrEnum):
    """How the texts of a voice are shown: as they were sent, or with other white space."""

    VERBATIM = "verbatim"
    TRIMMED = "trimmed"
    SINGLE_SPACED = "single_spaced"


class EnrollmentList(StrEnum):
    """What `voice-enrollment` lists: both shapes are on record.

    The API page has the voices alone; a developer got a count, and the model of each, as well.
    """

    DOCUMENTED = "documented"
    COUNTED = "counted"


class EnrollmentCreate(StrEnum):
    """Whether `voice-enrollment` repeats the target model of a voice that it made."""

    DOCUMENTED = "documented"
    WITHOUT_MODEL = "without_model"


class UnknownModel(StrEnum):
    """What a realtime session with an unknown model does; both were reported."""

    CLOSE = "close"
    REFUSE = "refuse"


class Operation(StrEnum):
    """What a client asks for, as a fault script calls it."""

    CREATE = "create"
    LIST = "list"
    QUERY = "query"
    DELETE = "delete"
    SPEAK = "speak"
    DOWNLOAD = "download"
    CONNECT = "connect"
    ANY = "any"


class Body(StrEnum):
    """What the body of an odd reply is."""

    JSON = "json"
    EMPTY = "empty"  # `{}`
    NOTHING = "nothing"
    HTML = "html"


class Lost(StrEnum):
    """How much of a reply is lost with its connection."""

    ALL = "all"
    HALF = "half"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the account behaves where the service is free to, or nobody knows.

    `max_page_size` is the cap of a listing's pages. A voice is listed `visible_after_s` after it
    was made. `stamp_digits` is 17 as seen in the wild, or 14 as in the API reference. `retired`:
    the models are gone, of one family or (true) of all. A voice that nobody spoke with for
    `idle_days` is deleted.

    Of the family `cosyvoice` alone: `enrollment_quota` is its own quota. A voice is in review for
    `deploying_s`; it is refused if its prompt holds `refuse_word` (empty: none is refused).
    Beside the designs there are `clones` that somebody else made.

    Without an `api_key` any key is accepted, but there must be one.
    """

    quota: int = 1000
    max_page_size: int = 100
    above_max_page_size: TooLarge = TooLarge.CLAMP
    order: Order = Order.NEWEST
    query: Queried = Queried.FULL
    echo: Echo = Echo.VERBATIM
    visible_after_s: int = 0
    stamp_digits: int = 17
    retired: bool | Family = False
    unknown_model: UnknownModel = UnknownModel.CLOSE
    idle_days: int = 365
    enrollment_quota: int = 1000
    enrollment_list: EnrollmentList = EnrollmentList.DOCUMENTED
    enrollment_create: EnrollmentCreate = EnrollmentCreate.DOCUMENTED
    deploying_s: int = 0
    refuse_word: str = ""
    clones: int = 0
    api_key: str = ""

    def is_retired(self, family: Family) -> bool:
        """Tell whether the models of a family are gone."""
        return self.retired in {True, family}


@dataclass(frozen=True, slots=True)
class OddReply:
    """A reply in the place of the right one; `retry_after_s` becomes a header."""

    status: int
    code: str = ""
    message: str = ""
    body: Body = Body.JSON
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the requests it strikes.

    It strikes requests for the operation whose voice or preferred name matches the glob `name`,
    but not the first `skip` of them, and only `times` in all (None: for ever). Before the work
    it waits `delay_s` and lets the voices vanish that match the glob `vanish`. Then the work is
    done if `work_is_done`; then the reply is the odd one, or lost, or right.
    """

    on: Operation
    name: str = "*"
    skip: int = 0
    times: int | None = None
    work_is_done: bool = True
    reply: OddReply | None = None
    lost: Lost | None = None
    delay_s: float = 0
    vanish: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A behaviour, and faults, of which the first that strikes a request is the one that counts."""

    behaviour: Behaviour = Behaviour()
    faults: tuple[Fault, ...] = ()


PLAIN = Script()
