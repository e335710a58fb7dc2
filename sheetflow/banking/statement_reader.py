"""A file from a bank, in whichever format it has.

In: bytes. Out: `statement.Statement`, or `InvalidExchange` with every reason.
"""

from __future__ import annotations

from sheetflow.banking import camt053, client_bank_statement
from sheetflow.banking.statement import Statement

_BOM = b"\xef\xbb\xbf"


def read(data: bytes) -> Statement:
    """A statement in 1C's format, or in camt.053 if it is XML.

    Raises:
        InvalidExchange: as `client_bank_statement.read` or `camt053.read`.

    >>> read(b"<Document/>")
    Traceback (most recent call last):
    sheetflow.banking.client_bank_reader.InvalidExchange: camt-other (value='Document')
    """
    is_xml = data.removeprefix(_BOM).lstrip().startswith(b"<")
    return camt053.read(data) if is_xml else client_bank_statement.read(data)
