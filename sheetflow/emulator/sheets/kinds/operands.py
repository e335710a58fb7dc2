"""Which conditions can stand where, and with how many values: refused before anything is written."""

from __future__ import annotations

from sheetflow.emulator.wire import Json, invalid

_NUMBERS = frozenset(
    f"NUMBER_{name}"
    for name in (
        "GREATER",
        "GREATER_THAN_EQ",
        "LESS",
        "LESS_THAN_EQ",
        "EQ",
        "NOT_EQ",
        "BETWEEN",
        "NOT_BETWEEN",
    )
)
_COMMON = _NUMBERS | {"TEXT_CONTAINS", "TEXT_NOT_CONTAINS", "TEXT_EQ", "CUSTOM_FORMULA"}
_COMMON |= {"DATE_EQ", "DATE_BEFORE", "DATE_AFTER"}
VALIDATION = _COMMON | {
    "TEXT_IS_EMAIL",
    "TEXT_IS_URL",
    "DATE_ON_OR_BEFORE",
    "DATE_ON_OR_AFTER",
    "DATE_BETWEEN",
    "DATE_NOT_BETWEEN",
    "DATE_IS_VALID",
    "ONE_OF_RANGE",
    "ONE_OF_LIST",
    "BOOLEAN",
}
"""What data validation supports."""

FORMATTING = _COMMON | {"TEXT_STARTS_WITH", "TEXT_ENDS_WITH", "BLANK", "NOT_BLANK"}
"""What conditional formatting supports."""

_OPERANDS = {
    **dict.fromkeys(("TEXT_IS_EMAIL", "TEXT_IS_URL", "DATE_IS_VALID", "BLANK", "NOT_BLANK"), 0),
    **dict.fromkeys(("NUMBER_BETWEEN", "NUMBER_NOT_BETWEEN", "DATE_BETWEEN", "DATE_NOT_BETWEEN"), 2),
}
_RELATIVE = ("DATE_BEFORE", "DATE_AFTER", "DATE_ON_OR_BEFORE", "DATE_ON_OR_AFTER")


def check_condition(condition: Json, supported: frozenset[str]) -> None:
    """Refuse a condition that cannot stand here, or has the wrong number of values.

    Args:
        condition: a BooleanCondition.
        supported: the types that are possible: `VALIDATION` or `FORMATTING`.
    """
    validates = supported is VALIDATION
    where = "data validation" if validates else "conditional formatting"
    kind, values = condition.get("type", ""), condition.get("values", ())
    count = len(values)
    if not kind or kind == "CONDITION_TYPE_UNSPECIFIED":
        raise invalid(f"A rule of {where} must have a condition.")
    if kind not in supported:
        raise invalid(f"{kind} is not supported by {where}.")
    if any("relativeDate" in value for value in values) and (validates or kind not in _RELATIVE):
        raise invalid(f"A relative date is not supported by {kind} in {where}.")
    if kind == "ONE_OF_LIST":
        if not count:
            raise invalid("ONE_OF_LIST requires at least one ConditionValue.")
    elif kind == "BOOLEAN":
        if count > 2:
            raise invalid(f"BOOLEAN supports at most two ConditionValues, but {count} were given.")
    elif count != _OPERANDS.get(kind, 1):
        raise invalid(f"{kind} requires {_OPERANDS.get(kind, 1)} ConditionValues, but {count} were given.")
