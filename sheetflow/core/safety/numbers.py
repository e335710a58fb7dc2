"""Invoice numbers as they are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sheetflow.core.safety.names import TWINS

NO_NUMBER = ("бн", "безномера", "нет", "na", "a", "none")
"""What is written where an invoice has no number."""
_LEAD = re.compile(
    r"^(?:(?:invoice|inv|счет|сч|number|номер|#|№|(?:no|nr|n)(?![^\W\d_]))[^\w#№]*)+", re.IGNORECASE
)
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


@lru_cache(maxsize=20_000)
def invoice_number(text: str) -> str:
    """An invoice's number as it is compared: letters and digits, without leading zeros.

    >>> invoice_number("№ 00-17/A") == invoice_number("No. 17-а") == invoice_number("Счет №17А")
    True
    """
    plain = _LEAD.sub("", unicodedata.normalize("NFC", text).casefold().replace("ё", "е").strip())
    plain = _ZEROS.sub("", unicodedata.normalize("NFKC", plain))
    number = "".join(sign for sign in plain if sign.isalnum())
    return "" if number in NO_NUMBER else number.translate(TWINS).lstrip("о")
