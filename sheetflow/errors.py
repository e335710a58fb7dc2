"""Every exception that sheetflow raises on purpose.

    SheetflowError
    ├── ConfigError            settings, templates or tabs that cannot be used: all problems at once
    ├── PlanError
    │   ├── UnsafePlan         a step would lose data and was not allowed
    │   └── StalePlan          the spreadsheet changed since the plan was made
    ├── PortError              an outside service failed: which one, and whether to try again
    │   ├── NotFound
    │   ├── AccessDenied
    │   ├── RateLimited
    │   ├── Unavailable        the call may have taken effect, or not
    │   └── ConcurrentEdit     another instance committed first: nothing of ours was applied
    ├── HistoryBroken          the hash chain does not hold, from this event on
    ├── LinkRefused            a request-page link that is altered, expired, or somebody else's
    ├── CallerRefused          a call without a valid token, or by an account that may not make it
    └── BankFileError          a bank file that cannot be written or read

A person's bad edit is never one of these: it is a `Refusal` inside a `Decision`. Only `cli.py` and
`functions/main.py` turn these into exit codes and HTTP statuses.
"""

from __future__ import annotations

from collections.abc import Sequence


class SheetflowError(Exception):
    """The root: catch it to catch everything that sheetflow raises on purpose."""


class ConfigError(SheetflowError):
    """Settings, templates or tabs that cannot be used. `problems` are sentences, each naming its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class PlanError(SheetflowError):
    """A plan that cannot be applied."""


class UnsafePlan(PlanError):
    """A step of the plan would lose data."""


class StalePlan(PlanError):
    """The spreadsheet changed since the plan was made."""


class PortError(SheetflowError):
    """An outside service failed. `retryable`: the same call may succeed later."""

    retryable = False

    def __init__(self, service: str, message: str) -> None:
        self.service = service
        super().__init__(f"{service}: {message}")


class NotFound(PortError):
    """What was asked for is not there, or the tab was renamed."""


class AccessDenied(PortError):
    """The account may not do this."""


class RateLimited(PortError):
    """The quota is used up for the moment; nothing was done."""

    retryable = True


class Unavailable(PortError):
    """No answer, or a server error: the call may have taken effect, or not."""

    retryable = True


class ConcurrentEdit(PortError):
    """Another instance committed first: the whole batch was refused and nothing of it was applied."""

    retryable = True


class HistoryBroken(SheetflowError):
    """The hash chain does not hold. `seq` is the first event that does not fit."""

    def __init__(self, seq: int, reason: str) -> None:
        self.seq = seq
        self.reason = reason
        super().__init__(f"the history is broken at event {seq}: {reason}")


class LinkRefused(SheetflowError):
    """A link of the request page that cannot be used. `rule` is the id of the rule that says why."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(rule)


class CallerRefused(SheetflowError):
    """A call of a function that is not let in. `known`: the token is valid, but it is somebody else's."""

    def __init__(self, reason: str, *, known: bool = False) -> None:
        self.known = known
        super().__init__(reason)


class BankFileError(SheetflowError):
    """A bank file that cannot be written or read. `request` and `field` say where."""

    def __init__(self, request: str, field: str, message: str) -> None:
        self.request = request
        self.field = field
        super().__init__(f"{request}, {field}: {message}")
