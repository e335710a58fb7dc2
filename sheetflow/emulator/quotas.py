"""Minute quotas: how many calls Google takes from a user and from a project, and how it refuses the next one.

Off by default; the switch `quotas` turns them on. Sheets counts reads and writes apart: 60 of each a minute
for a user, 300 of each for the project. Drive counts queries, 12,000 a minute for both, and refuses with 403
or with 429 (the switch `drive_quota_status`: Google has answered either). Everybody who calls one emulator
calls as one project.

A minute begins with the first call after the last minute ended, by the workspace's clock, and takes the full
number at once; a refused call is not counted. Sources: Google's pages on usage limits; wording and details
from recorded errors, `window_start_time` included, which tells that minutes do not begin with the clock's.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetflow.emulator.wire import GoogleError, Json

if TYPE_CHECKING:
    from sheetflow.emulator.control import Clock, Switches

PROJECT_NUMBER = "381000000000"
MINUTE = 60.0
READS = frozenset(
    {
        "sheets.get",
        "sheets.getByDataFilter",
        "sheets.values.get",
        "sheets.values.batchGet",
        "sheets.values.batchGetByDataFilter",
        "sheets.developerMetadata.get",
        "sheets.developerMetadata.search",
    }
)
"""The calls of Sheets that are reads; all others are writes."""
_HELP = "https://cloud.google.com/docs/quotas/help/request_increase"
_DRIVE_HELP = (
    f"https://console.developers.google.com/apis/api/drive.googleapis.com/quotas?project={PROJECT_NUMBER}"
)
_DRIVE_USER = (
    "User Rate Limit Exceeded. Rate of requests for user exceed configured project quota. You may consider "
    "re-evaluating expected per-user traffic to the API and adjust project quota limits accordingly. You may "
    f"monitor aggregate quota usage and adjust limits in the API Console: {_DRIVE_HELP}"
)
_DRIVE_PROJECT = "Rate Limit Exceeded"


@dataclass(frozen=True)
class Limit:
    """One number that may not be passed in a minute.

    Attributes:
        service: whose, such as `sheets`.
        title: what is counted, as Google names it: `Read requests`.
        calls: how many calls a minute takes.
        per_user: each user has the number to themselves.
    """

    service: str
    title: str
    calls: int
    per_user: bool

    def refusal(self, since: float) -> GoogleError:
        """Google's 429 for the call that is one too many; `since` is when the minute began, in seconds."""
        host = f"{self.service}.googleapis.com"
        end = " per user" if self.per_user else ""
        name = self.title.title().replace(" ", "")
        info: Json = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {
                "service": host,
                "consumer": f"projects/{PROJECT_NUMBER}",
                "quota_metric": f"{host}/{self.title.lower().replace(' ', '_')}",
                "quota_limit": f"{name}PerMinutePer{'User' if self.per_user else 'Project'}",
                "quota_limit_value": str(self.calls),
                "quota_unit": "1/min/{project}" + ("/{user}" if self.per_user else ""),
                "quota_location": "global",
                "window_start_time": str(int(since)),
            },
        }
        links = {
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [{"description": "Request a higher quota limit.", "url": _HELP}],
        }
        message = (
            f"Quota exceeded for quota metric '{self.title}' and limit '{self.title} per minute{end}' "
            f"of service '{host}' for consumer 'project_number:{PROJECT_NUMBER}'."
        )
        return GoogleError(429, "RESOURCE_EXHAUSTED", message, [info, links])


class Quotas:
    """Counts calls. One for a workspace; its numbers live as long as the process."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._lock = threading.Lock()
        self._minutes: dict[tuple[Limit, str], tuple[float, int]] = {}

    def take(self, kind: str, caller: str) -> None:
        """Count a call.

        Args:
            kind: the call's name, such as `sheets.values.get`.
            caller: who calls.

        Raises:
            GoogleError: a quota is used up.
        """
        switches = self._switches.all()
        service = kind.partition(".")[0]
        if not switches["quotas"] or service not in ("sheets", "drive"):
            return
        limits = _limits(service, kind, switches)
        now = self._clock.now().timestamp()
        with self._lock:
            used = []
            for limit in limits:
                key = (limit, caller if limit.per_user else "")
                since, count = self._minutes.get(key, (now, 0))
                if not 0 <= now - since < MINUTE:
                    since, count = now, 0
                if count >= limit.calls:
                    raise _refused(limit, since, switches)
                used.append((key, (since, count + 1)))
            self._minutes.update(used)


def _limits(service: str, kind: str, switches: Json) -> tuple[Limit, Limit]:
    """The user's limit and the project's for a call."""
    if service == "drive":
        user, project = switches["drive_queries_per_minute_per_user"], switches["drive_queries_per_minute"]
        return Limit(service, "Queries", user, per_user=True), Limit(
            service, "Queries", project, per_user=False
        )
    title = "Read requests" if kind in READS else "Write requests"
    return Limit(service, title, 60, per_user=True), Limit(service, title, 300, per_user=False)


def _refused(limit: Limit, since: float, switches: Json) -> GoogleError:
    if limit.service != "drive":
        return limit.refusal(since)
    code = 429 if switches["drive_quota_status"] == 429 else 403
    by_user = limit.per_user and code == 403
    message = _DRIVE_USER if by_user else _DRIVE_PROJECT
    entry = {
        "message": message,
        "domain": "usageLimits",
        "reason": "userRateLimitExceeded" if by_user else "rateLimitExceeded",
    }
    if by_user:
        entry["extendedHelp"] = _DRIVE_HELP
    status = "PERMISSION_DENIED" if code == 403 else "RESOURCE_EXHAUSTED"
    return GoogleError(code, status, message, errors=[entry])
