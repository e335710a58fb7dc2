"""Rows gathered: by the terms of `group by`, downwards, and those of `pivot`, across."""

from __future__ import annotations

from typing import NamedTuple

from sheetflow.emulator.sheets.formulas.query.language import (
    Aggregate,
    Constant,
    Query,
    QueryError,
    Scalar,
    Term,
    aggregates,
)
from sheetflow.emulator.sheets.formulas.query.scalar import computed
from sheetflow.emulator.sheets.formulas.query.terms import (
    Row,
    Source,
    label_of,
    rank_of,
    reader_of,
)
from sheetflow.emulator.sheets.formulas.values import Value


class Pivoted(NamedTuple):
    """The headers, the rows, and what each column is of."""

    headers: list[str]
    records: list[list[Value]]
    terms: list[Term]


def pivoted(query: Query, source: Source, rows: list[Row], select: list[Term]) -> Pivoted:
    """The answer with a column for each value of the pivot's terms, and of each aggregate."""
    single = [term for term in select if not aggregates(term)]
    summed = [term for term in select if aggregates(term)]
    if not summed:
        raise QueryError("CANNOT_PIVOT_WITHOUT_AGG: a pivot needs an aggregate in select")
    for term in select:
        _check_grouped(term, query.group, source)
    across = [reader_of(term, source) for term in query.pivot]
    down = [reader_of(term, source) for term in query.group]
    groups: dict[tuple[Value, ...], dict[tuple[Value, ...], list[Row]]] = {}
    keys: set[tuple[Value, ...]] = set()
    for row in rows:
        key = tuple(read(row) for read in across)
        keys.add(key)
        groups.setdefault(tuple(read(row) for read in down), {}).setdefault(key, []).append(row)
    ordered = sorted(keys, key=lambda key: tuple(map(rank_of, key)))
    records: list[tuple[list[Value], list[Value]]] = []
    for place, cells in sorted(groups.items(), key=lambda one: tuple(map(rank_of, one[0]))):
        record = [_of_group(term, query.group, place, [], source) for term in single]
        for key in ordered:
            members = cells.get(key)
            record += [
                None if members is None else _of_group(term, query.group, place, members, source)
                for term in summed
            ]
        by = [_of_group(term, query.group, place, [], source) for term, _ in query.order]
        records.append((record, by))
    for at, (term, backwards) in reversed(list(enumerate(query.order))):
        if aggregates(term):
            raise QueryError("COL_AGG_NOT_IN_SELECT: an aggregate cannot order a pivot")
        records.sort(key=lambda one, at=at: rank_of(one[1][at]), reverse=backwards)  # type: ignore[misc]
    headers = [query.labels.get(term, label_of(term, source)) for term in single]
    for key in ordered:
        words = ",".join(_word(value) for value in key)
        for term in summed:
            label = query.labels.get(term, label_of(term, source) if len(summed) > 1 else "")
            headers.append(f"{words} {label}".strip())
    return Pivoted(headers, [record for record, _ in records], [*single, *summed * len(ordered)])


def _word(value: Value) -> str:
    """A pivot's value as a header has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def grouped(query: Query, source: Source, rows: list[Row], terms: list[Term]) -> list[list[Value]]:
    """A record for each group: its terms' values."""
    for term in terms:
        _check_grouped(term, query.group, source)
    keys = [reader_of(term, source) for term in query.group]
    groups: dict[tuple[Value, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(key(row) for key in keys), []).append(row)
    if not query.group:
        groups = {(): list(rows)}
    ordered = sorted(groups.items(), key=lambda group: tuple(map(rank_of, group[0])))
    return [
        [_of_group(term, query.group, key, members, source) for term in terms] for key, members in ordered
    ]


def _check_grouped(term: Term, group: list[Term], source: Source) -> None:
    if term in group or isinstance(term, Aggregate | Constant):
        return
    if isinstance(term, Scalar):
        for argument in term.arguments:
            _check_grouped(argument, group, source)
        return
    source.place(term)
    raise QueryError(f"ADD_COL_TO_GROUP_BY_OR_AGG: {term.name}")


def _of_group(
    term: Term, group: list[Term], key: tuple[Value, ...], members: list[Row], source: Source
) -> Value:
    if term in group:
        return key[group.index(term)]
    if isinstance(term, Aggregate):
        place = source.place(term.column)
        return _summary(term.function, [row[place] for row in members if row[place] is not None])
    if isinstance(term, Scalar):
        arguments = [_of_group(one, group, key, members, source) for one in term.arguments]
        return computed(term.function, arguments, source.now)
    return term.value if isinstance(term, Constant) else None


def _summary(function: str, values: list[Value]) -> Value:
    if function == "count":
        return len(values)
    if not values:
        return None
    if function in ("min", "max"):
        return (min if function == "min" else max)(values, key=rank_of)
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        raise QueryError("AVG_SUM_ONLY_NUMERIC")
    return sum(numbers) if function == "sum" else sum(numbers) / len(numbers)
