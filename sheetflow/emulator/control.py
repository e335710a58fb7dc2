"""What a tool steers from outside: the clock, faults, switches; and what it is told: calls and events.

Nothing here knows the product. The HTTP doors to these are in `control_routes`; the clock is the only place
of the emulator that asks the machine for the time.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.wire import Json, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.store import Store

CALLS_KEPT = 10_000

_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def parse_duration(value: object) -> timedelta:
    """A duration from ISO 8601 (`PT15M`, `P1D`) or a number of seconds.

    Raises:
        GoogleError: 400 for anything else.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.group(n) for n in ("weeks", "days", "hours", "minutes", "seconds")):
        raise invalid(f"Not a duration: {value!r}; expected seconds or ISO 8601 such as PT15M")
    parts = {name: float(text) for name, text in match.groupdict().items() if text and name != "sign"}
    span = timedelta(**parts)
    return -span if match["sign"] else span


class Clock:
    """The workspace's time: the machine's, moved by an offset that survives a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = timedelta(seconds=float(store.setting("clock_offset_seconds", 0)))

    def now(self) -> datetime:
        """The workspace's time, in UTC."""
        return datetime.now(UTC) + self._offset

    def real(self) -> datetime:
        """The machine's time: what signed tokens are dated by, since real libraries verify them."""
        return datetime.now(UTC)

    def advance(self, span: timedelta) -> datetime:
        """Move on by `span` (back, when negative); returns the new time."""
        return self._keep(self._offset + span)

    def set(self, moment: datetime) -> datetime:
        """Make it `moment` now, an aware datetime; the clock goes on from there."""
        return self._keep(moment - datetime.now(UTC))

    def _keep(self, offset: timedelta) -> datetime:
        self._offset = offset
        self._store.set_setting("clock_offset_seconds", offset.total_seconds())
        return self.now()


@dataclass
class Fault:
    """A rule by which calls fail or are slow.

    Attributes:
        method: HTTP method, or "" for any.
        path: a part of the path, or a regular expression found in it.
        status: HTTP status to answer with; None lets the call through (latency alone).
        latency: seconds to wait before anything else.
        after_effect: the call takes effect first, then fails.
        times: how often the rule acts; None without end.
        skip: how many matching calls it lets pass first.
        drop: cut the connection instead of answering.
        message: the error's text in place of Google's usual one.
    """

    path: str
    method: str = ""
    status: int | None = None
    latency: float = 0.0
    after_effect: bool = False
    times: int | None = 1
    skip: int = 0
    drop: bool = False
    message: str = ""
    hits: int = field(default=0, init=False)

    @classmethod
    def parse(cls, value: object) -> Fault:
        """A rule from JSON.

        Raises:
            GoogleError: 400 for unknown fields or values of a wrong kind.
        """
        known = {f.name for f in fields(cls) if f.init}
        if (
            not isinstance(value, Mapping)
            or not set(value) <= known
            or not isinstance(value.get("path"), str)
        ):
            raise invalid(f"A fault is an object with a path and any of: {', '.join(sorted(known))}")
        fault = cls(**value)
        if fault.status is None and not fault.latency and not fault.drop:
            raise invalid("A fault needs a status, a latency or drop")
        if fault.status is not None and not (isinstance(fault.status, int) and 400 <= fault.status <= 599):
            raise invalid("A fault's status is an HTTP error: 400 to 599")
        try:
            re.compile(fault.path)
        except re.error as error:
            raise invalid(f"Not a path or regular expression: {fault.path!r}: {error}") from error
        return fault

    def fits(self, method: str, path: str) -> bool:
        """Whether the rule is about this call."""
        if self.method and self.method.upper() != method:
            return False
        return self.path in path or re.search(self.path, path) is not None


class Faults:
    """The rules in force, first match first. They live as long as the process."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, *rules: Fault) -> None:
        """Put rules after those in force."""
        with self._lock:
            self._rules.extend(rules)

    def clear(self) -> None:
        """Forget all rules."""
        with self._lock:
            self._rules.clear()

    def listed(self) -> list[Json]:
        """The rules as JSON, with how often each acted (`hits`)."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def take(self, method: str, path: str) -> Fault | None:
        """The rule that acts on this call, counted as used; None when none does."""
        with self._lock:
            for rule in self._rules:
                if not rule.fits(method, path) or (rule.times is not None and rule.hits >= rule.times):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                rule.hits += 1
                return rule
        return None


@dataclass(frozen=True)
class Call:
    """One API call: `n` counts from 1, `at` is workspace time, `kind` is like `sheets.values.batchGet`."""

    n: int
    at: str
    caller: str
    method: str
    path: str
    kind: str
    status: int
    ms: float


class CallLog:
    """The last calls in memory, and the number of all calls by kind."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._last = 0

    @property
    def last(self) -> int:
        """The number of the latest call."""
        return self._last

    def add(self, **call: Any) -> None:
        """Log a call; takes the fields of `Call` but `n`."""
        with self._lock:
            self._last += 1
            self._calls.append(Call(n=self._last, **call))
            self._counts[call["kind"]] += 1

    def since(self, n: int = 0) -> list[Call]:
        """The kept calls after number `n`."""
        with self._lock:
            return [call for call in self._calls if call.n > n]

    def counts(self) -> dict[str, int]:
        """How many calls of each kind there were since the start."""
        with self._lock:
            return dict(self._counts)


class Switches:
    """Behaviours of Google that are not known for sure, or vary: kept by name, survive a restart.

    Known names and their defaults stand in `DEFAULTS`; a name that is not there is refused.
    """

    DEFAULTS: Mapping[str, Any] = {
        "drive_queries_per_minute": 12_000,
        "drive_queries_per_minute_per_user": 12_000,
        "drive_quota_status": 403,
        "form_answers_evaluate": False,
        "gmail_search_lag_seconds": 0,
        "protected_columns_block_structure": True,
        "push_retry_seconds": 1,
        "quotas": False,
    }

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: Json = store.setting("switches", {})

    def get(self, name: str) -> Any:
        """The value of a switch."""
        return self.all()[name]

    def all(self) -> Json:
        """Every switch with its value."""
        return {**self.DEFAULTS, **self._kept}

    def set(self, values: Mapping[str, Any]) -> Json:
        """Set some switches; returns all.

        Raises:
            GoogleError: 400 for an unknown name or a value of another type than the default's.
        """
        for name, value in values.items():
            default = self.DEFAULTS.get(name)
            number = isinstance(default, int) and not isinstance(default, bool)
            fits = isinstance(value, int | float) and not isinstance(value, bool) if number else None
            if name not in self.DEFAULTS or not (isinstance(value, type(default)) if fits is None else fits):
                raise invalid(f"Unknown switch or wrong type: {name}. Known: {dict(self.DEFAULTS)}")
        kept = {**self._kept, **values}
        self._store.set_setting("switches", kept)
        self._kept = kept
        return self.all()


Listener = Callable[[str, Json], None]


class Events:
    """Tells listeners what happened.

    Kinds: `mail` {"to", "from", "id", "subject"}, `cells` {"spreadsheet", "by"}, `form` {"form", "response",
    "by"}, `edit` {"spreadsheet", "range", "by"} before its triggers run, `drive` {} when files changed,
    `clock` {"now"}, and whatever other layers publish. Listeners are called in the thread of the change and
    must be quick.
    """

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(kind, detail)` on each event; returns what ends it."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return end

    def publish(self, kind: str, **detail: Any) -> None:
        """Tell all listeners."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(kind, detail)


def pause(seconds: float) -> None:
    """Wait in real time: the latency of a fault."""
    time.sleep(seconds)
