"""Before money leaves: what the State says of a request has to be what its History adds up to.

A pass believes the State, which only the system writes; the owner of a spreadsheet can write it too, for no
protection binds an owner. So the chain is verified and folded anew for what goes into a bank file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sheetflow.core.folding import fold
from sheetflow.core.history import verify
from sheetflow.core.projection import fingerprint, from_row, whole
from sheetflow.errors import ConfigError, HistoryBroken
from sheetflow.model.events import Event
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Snapshot


def prove(requests: Iterable[str], snapshot: Snapshot, events: Sequence[Event]) -> None:
    """Hold what the State says of these requests against the whole History, as it stood at this read.

    Raises:
        ConfigError: somebody wrote into a system tab: nothing is paid on its word.
    """
    token, asked = snapshot.token, set(requests)
    try:
        verify(events, head=token.head, seq=token.seq)
    except HistoryBroken as broken:
        raise ConfigError([f"{broken}; nothing is paid until an admin has looked at it"]) from broken
    told = fold([event for event in events if event.request in asked])
    said = {str(row[0]): from_row(whole(row)) for row in snapshot.state if row and str(row[0]) in asked}
    wrong = sorted(rid for rid in asked if rid not in told or _proof(told[rid]) != _proof(said.get(rid)))
    if wrong:
        raise ConfigError(
            [
                f"State: what stands there of {rid} is not what the History says: somebody wrote into "
                "that tab. Nothing is paid on its word; bring the tab back from the version history"
                for rid in wrong
            ]
        )


def _proof(request: Request | None) -> object:
    if request is None:
        return None
    return request.status, request.paid, request.bank_file, fingerprint(request.cells, request.files)
