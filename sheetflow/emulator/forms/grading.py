"""Marks of a quiz, given as soon as a response comes: only what has an answer key is graded.

One value is right when the key has it, checkboxes when they are exactly the key. Source: Google's reference
on `CorrectAnswers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sheetflow.emulator.forms.answers import values_of
from sheetflow.emulator.forms.items import pruned, raw_questions

if TYPE_CHECKING:
    from sheetflow.emulator.forms.model import Form
    from sheetflow.emulator.wire import Json


def graded(form: Form, answers: Mapping[str, Json]) -> dict[str, Json]:
    """The answers with a Grade where the form is a quiz and knows better."""
    if not form.settings.get("quizSettings", {}).get("isQuiz"):
        return dict(answers)
    marked = dict(answers)
    for question in (question for item in form.items for question in raw_questions(item)):
        key, grading = question["questionId"], question.get("grading", {})
        right = {one.get("value", "") for one in grading.get("correctAnswers", {}).get("answers", ())}
        if right and key in marked:
            marked[key] = {**marked[key], "grade": _grade(question, grading, right, values_of(marked[key]))}
    return marked


def _grade(question: Json, grading: Json, right: set[str], values: list[str]) -> Json:
    several = question.get("choiceQuestion", {}).get("type") == "CHECKBOX"
    correct = set(values) == right if several else bool(right.intersection(values))
    feedback = grading.get("whenRight" if correct else "whenWrong") or grading.get("generalFeedback")
    grade = {"score": grading.get("pointValue", 0) if correct else 0, "correct": correct}
    return {**pruned(grade), **({"feedback": feedback} if feedback else {})}


def total(answers: Mapping[str, Json]) -> float | None:
    """The points of all grades; None where nothing was graded."""
    grades = [answer["grade"] for answer in answers.values() if "grade" in answer]
    return sum(grade.get("score", 0) for grade in grades) if grades else None
