"""Which column is which, and how they come into their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sheetflow.templates.lineup import Step, arrange, by_position, identify

ORDER = ("a", "b", "c", "d")
KNOWN = {"a": "a", "b": "b", "c": "c", "d": "d", "бэ": "b"}


def test_identify__by_header_in_any_language_wherever_it_stands() -> None:
    assert identify(ORDER, ["mine", "A ", "Бэ", "", "d"], {}, KNOWN) == {"a": 1, "b": 2, "d": 4}


def test_identify__by_metadata_where_the_header_says_nothing_known() -> None:
    assert identify(ORDER, ["a", "Other", "", "d"], {1: "b", 2: "c"}, KNOWN) == {
        "a": 0,
        "b": 1,
        "c": 2,
        "d": 3,
    }


def test_identify__headers_typed_over_each_other_are_told_apart() -> None:
    tags = dict(enumerate(ORDER))
    assert identify(ORDER, ["a", "c", "b", "d"], tags, KNOWN) == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert identify(ORDER, ["a", "a", "c", "d"], tags, KNOWN) == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_identify__a_copy_left_of_ours_is_not_ours() -> None:
    assert identify(ORDER, ["b", "a", "b", "c", "d"], {2: "b"}, KNOWN)["b"] == 2
    assert identify(ORDER, ["b", "a", "c", "b", "d"], {2: "b", 3: "c"}, KNOWN)["b"] == 2


def test_identify__a_column_made_anew_under_the_right_header_is_ours() -> None:
    assert identify(ORDER, ["a", "Old b", "b", "c"], {1: "b"}, KNOWN)["b"] == 2


def test_by_position__an_unknown_header_is_that_of_its_place_unless_the_others_moved() -> None:
    assert by_position(ORDER, ["a", "Other", "c", "d"], {"a": 0, "c": 2, "d": 3})["b"] == 1
    assert "b" not in by_position(ORDER, ["a", "Other", "", "c", "d"], {"a": 0, "c": 3, "d": 4})


def test_arrange__one_column_out_of_place_is_one_step() -> None:
    now = {"a": 0, "c": 1, "d": 2, "b": 3}
    assert arrange(ORDER, now, 4) == ([Step("move", "b", 3, 1)], {"a": 0, "b": 1, "c": 2, "d": 3})


def test_arrange__peoples_columns_stay_among_ours() -> None:
    steps, then = arrange(ORDER, {"a": 0, "b": 2, "d": 4}, 6)
    assert steps == [Step("insert", "c", 3, 3)]
    assert then == {"a": 0, "b": 2, "c": 3, "d": 5}


def test_arrange__where_places_count_they_go_behind_ours() -> None:
    steps, then = arrange(ORDER, {"a": 0, "b": 2, "c": 3, "d": 4}, 5, exact=True)
    assert steps == [Step("move", "", 1, 5)]
    assert then == {"a": 0, "b": 1, "c": 2, "d": 3}


@st.composite
def lines(draw: st.DrawFn) -> tuple[list[str], list[int]]:
    """Columns from the left, ours and people's ("x…"), some of ours missing, and which of people's go."""
    ours = draw(st.lists(st.sampled_from(ORDER), unique=True))
    others = [f"x{n}" for n in range(draw(st.integers(0, 3)))]
    line = draw(st.permutations(ours + others))
    gone = [place for place, one in enumerate(line) if one.startswith("x") and draw(st.booleans())]
    return list(line), gone


@given(lines(), st.booleans())
def test_arrange__its_steps_lead_to_the_order_and_keep_peoples_columns(
    given_line: tuple[list[str], list[int]], exact: bool
) -> None:
    line, gone = given_line
    now = {one: place for place, one in enumerate(line) if one in ORDER}
    kept = [one for place, one in enumerate(line) if one.startswith("x") and place not in gone]
    steps, then = arrange(ORDER, now, len(line), gone=gone, exact=exact)
    for step in steps:
        if step.kind == "remove":
            del line[step.start]
        elif step.kind == "insert":
            line.insert(step.to, step.key)
        else:
            line.insert(step.to - (step.start < step.to), line.pop(step.start))
    assert [one for one in line if one in ORDER] == list(ORDER)
    assert {one: place for place, one in enumerate(line) if one in ORDER} == then
    assert sorted(one for one in line if one.startswith("x")) == sorted(kept)
    if exact:
        assert line[: len(ORDER)] == list(ORDER)
    assert arrange(ORDER, then, len(line), exact=exact)[0] == []
