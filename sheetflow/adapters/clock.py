"""Time and randomness: the only place that asks the machine for either."""

from __future__ import annotations

import random
import secrets
import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's own clock (ClockPort)."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SystemNonces:
    """The operating system's randomness (NoncesPort)."""

    def nonce(self) -> str:
        """Sixteen letters and digits that nobody can guess."""
        return secrets.token_hex(8)

    def jitter(self) -> float:
        """A number between 0 and 1, to spread retries."""
        return random.random()  # noqa: S311 - not a secret
