from __future__ import annotations

import pytest

from sheetflow.core.safety.names import folded, resembles

SAME = [
    ("ООО «Ромашка»", "ромашка ооо"),
    ("ООО «Ромашка»", 'Общество с ограниченной ответственностью "Ромашка"'),
    ("ООО «Ромашка»", "O.O.O. POMAШKA"),
    ("ООО «Ромашка»", "ООО «Ро\u200bмаш\u00adка»"),
    ("ООО «Зелёный дом»", "ООО Зеленый  дом"),
    ("АО «Сокол-30»", "АО «Сокол З0»"),
    ("Acme GmbH", "ACME"),
    ("Ｒomashka Ltd", "Romashka"),
]
OTHERS = [("ООО «Ромашка»", "ООО «Ромашка Плюс»"), ("ООО «Лютик»", "ИП Лютиков"), ("ООО", "АО"), ("ИП", "")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_folded__what_looks_the_same_is_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other) != ""


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_folded__what_differs_differs(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("Ромашка", "Рoмашкa", False),  # the very same
        ("Ромашка", "Ромашкка", True),
        ("Ромашка", "Рамашка", True),
        ("Ромашка", "Рмоашка", True),
        ("Ромашка", "Ромашково", False),
        ("Стройинвестпроект", "Стройинвестпрокт-М", True),
        ("Луч", "Ключ", False),  # too short to tell
    ],
)
def test_resembles__a_sign_or_two(one: str, other: str, like: bool) -> None:
    assert resembles(folded(one), folded(other)) is like
    assert resembles(folded(other), folded(one)) is like
