"""Time zones of spreadsheets: those of the tz database, and custom ones such as `GMT-07:00`."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_CUSTOM = re.compile(r"GMT([+-])(\d{1,2}):(\d{2})")


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """The zone of a name.

    Raises:
        ValueError: there is none.

    >>> zone_named("GMT-07:00").utcoffset(None)
    datetime.timedelta(days=-1, seconds=61200)
    """
    custom = _CUSTOM.fullmatch(name)
    if custom is not None:
        ahead = timedelta(hours=int(custom[2]), minutes=int(custom[3]))
        return timezone(ahead if custom[1] == "+" else -ahead)
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        raise ValueError(name) from error
