"""What the bank's part of the registry says: problems in words, and amounts as people read them."""

from __future__ import annotations

from decimal import Decimal

from sheetflow.core.rulebook import Words
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import Money, format_money


def problem_text(words: Words, problem: Invalid) -> str:
    """What is wrong with a bank's file, or cannot stand in one, as a sentence."""
    found = (words.sentence(group, problem.code, problem.facts) for group in ("bank", "problems"))
    return next((sentence for sentence in found if sentence), str(problem))


def money(amount: Decimal, currency: str, words: Words) -> str:
    """An amount with its currency."""
    return format_money(Money(amount, currency), words.language)
