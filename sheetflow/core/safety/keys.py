"""Cautions that something waits for: keys of `[warnings]`."""

from __future__ import annotations

HOLDING = ("details-changed", "details-by-hand", "payee-inn-changed")
"""The request waits until its bank details are confirmed by a call."""
BLOCKING = ("duplicate-invoice", "duplicate-file")
"""Its approval wants a reason, where the setting `duplicates` says block."""
