"""The form as it was declared against the form as it is: every difference as a `Change`, in working order.

An item is ours by its id, which we chose; where that is gone, a question under one of our titles stands in
for it, as it does where answers are read. Everything else on a form is people's own: it is neither changed
nor moved. Not drift: pictures beside our questions, shuffled choices, quiz settings, a theme.

Each deed is requests of one batchUpdate; their places are those after all deeds before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheetflow.app.form import UPLOAD, items, questionnaire, steps, upload_place, upload_title
from sheetflow.core.rulebook import Words
from sheetflow.templates.lineup import arrange
from sheetflow.templates.plan import Action, Change
from sheetflow.templates.texts import Texts

Json = Mapping[str, Any]

KINDS = ("textQuestion", "choiceQuestion", "dateQuestion", "timeQuestion", "scaleQuestion", "ratingQuestion")
NAMES = {
    "choiceQuestion DROP_DOWN": "a list to choose from", "choiceQuestion RADIO": "one of several buttons",
    "choiceQuestion CHECKBOX": "boxes to tick", "textQuestion": "a text", "dateQuestion": "a date",
    "timeQuestion": "a time", "scaleQuestion": "a scale", "ratingQuestion": "a rating",
}  # fmt: skip
"""What people call a kind of question."""
FLAWS = {
    ("paragraph", True): "its field takes one line", ("paragraph", False): "its field takes many lines",
    ("includeYear", True): "it asks for no year", ("includeTime", False): "it asks for a time too",
}  # fmt: skip
"""What is wrong with a field, by what it should be."""
LINK = "link to the spreadsheet"
"""What a plan calls the form's link, which the trigger's script makes."""
COLLECTED = "VERIFIED"
"""How a form has to learn who answers: by the account that they are signed in with."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What the form should be. `languages`: words and texts in every language: titles are known in each."""

    form: str
    spreadsheet: str
    words: Words
    texts: Texts
    settings: Mapping[str, str]
    languages: Mapping[str, tuple[Words, Texts]]

    def titles(self) -> dict[str, str]:
        """Title of a question in any language, lower case -> its column key."""
        words = {language: pair[0] for language, pair in self.languages.items()}
        texts = {language: pair[1] for language, pair in self.languages.items()}
        return dict(questionnaire(words, texts).titles)


@dataclass(frozen=True, slots=True)
class Line:
    """The items that there are. `wanted`: id -> item, in order, the upload's own with no id of Google's.

    `now`: id that was declared -> place on the form.
    """

    wanted: Mapping[str, Json]
    found: Sequence[Json]
    now: Mapping[str, int]


def compare(declared: Declared, form: Json) -> list[Change]:
    """Every difference between what was declared and `forms.get`'s answer."""
    line = _line(declared, form.get("items", ()))
    return [
        *_info(declared, form),
        *_settings(form),
        *_contents(line),
        *_order(line),
        *_publishing(form),
        *_by_hand(declared, form, line),
    ]


# --- which item is which


def _line(declared: Declared, found: Sequence[Json]) -> Line:
    wanted: dict[str, Json] = {
        item["itemId"]: item for item in items(declared.words, declared.texts, declared.settings)
    }
    now = {item["itemId"]: place for place, item in enumerate(found) if item.get("itemId") in wanted}
    titles = declared.titles()
    ours = {titles.get(_title(item), ""): key for key, item in wanted.items() if "questionItem" in item}
    for place, item in enumerate(found):
        key = ours.get(titles.get(_title(item), "-"), "")
        if key and key not in now and place not in now.values() and _kind(item) in KINDS:
            now[key] = place
    upload = _upload(found, titles)
    if upload is not None:
        order = list(wanted.items())
        order.insert(upload_place(), (UPLOAD, {"title": upload_title(declared.words, declared.texts)}))
        wanted, now[UPLOAD] = dict(order), upload
    return Line(wanted, found, now)


def _upload(found: Sequence[Json], titles: Mapping[str, str]) -> int | None:
    """Where the upload question stands: the one under its title, else the only one, as answers are read."""
    places = [place for place, item in enumerate(found) if _kind(item) == "fileUploadQuestion"]
    named = [place for place in places if titles.get(_title(found[place])) == UPLOAD]
    return named[0] if named else places[0] if len(places) == 1 else None


def _title(item: Json) -> str:
    return str(item.get("title", "")).strip().lower()


def _question(item: Json) -> Json:
    question: Json = item.get("questionItem", {}).get("question", {})
    return question


def _kind(item: Json) -> str:
    return next((name for name in (*KINDS, "fileUploadQuestion") if name in _question(item)), "")


# --- the form itself


def _info(declared: Declared, form: Json) -> Iterator[Change]:
    info, texts = form.get("info", {}), declared.texts["form"]
    for name, field in (("title", "title"), ("description", "description")):
        has, wanted = str(info.get(field, "")), texts[field]
        if has != wanted:
            told = f"it is {has!r}" if has else "it is blank"
            update = {"updateFormInfo": {"info": {field: wanted}, "updateMask": field}}
            yield _change("change", "form", name, f"{told}; it becomes {wanted!r}", update)


def _settings(form: Json) -> Iterator[Change]:
    has = form.get("settings", {}).get("emailCollectionType", "DO_NOT_COLLECT")
    if has != COLLECTED:
        told = (
            "respondents type an address, which anybody can do in another's name"
            if has == "RESPONDER_INPUT"
            else "nobody knows who answered"
        )
        update = {"settings": {"emailCollectionType": COLLECTED}, "updateMask": "emailCollectionType"}
        yield _change(
            "change", "form", "e-mail addresses",
            f"{told}; from now on the form takes the address that Google verified",
            {"updateSettings": update},
        )  # fmt: skip


def _publishing(form: Json) -> Iterator[Change]:
    state = form.get("publishSettings", {}).get("publishState")
    if state is None:  # an old form, which has no such settings
        return
    if not (state.get("isPublished") and state.get("isAcceptingResponses")):
        told = "it takes no answers" if state.get("isPublished") else "it is not published"
        yield Change(
            "change", "form", "answers", f"{told}; it is opened for answers", "form", deed={"publish": True}
        )


# --- what it asks


def _contents(line: Line) -> Iterator[Change]:
    """Items that are there and differ. None of it moves an item."""
    for key, place in line.now.items():
        wanted, found = line.wanted[key], line.found[place]
        told: list[str] = []
        mask: list[str] = []
        item: dict[str, Any] = {}
        if found.get("title", "") != wanted["title"]:
            told.append(f"it is called {found.get('title', '')!r}")
            mask.append("title")
            item["title"] = wanted["title"]
        if key != UPLOAD:
            if found.get("description", "") != wanted["description"]:
                told.append(
                    "its help text was changed" if found.get("description") else "it has no help text"
                )
                mask.append("description")
                item["description"] = wanted["description"]
            if "questionItem" in wanted:
                question, fields = _asked(_question(wanted), found, told)
                mask += [f"questionItem.question.{field}" for field in fields]
                if question:
                    item["questionItem"] = {"question": question}
        if told:
            update = {"item": item, "location": {"index": place}, "updateMask": ",".join(mask)}
            yield _change(
                "change", _noun(key, wanted), wanted["title"], f"{'; '.join(told)}; it is put right",
                {"updateItem": update},
            )  # fmt: skip


def _asked(wanted: Json, found: Json, told: list[str]) -> tuple[dict[str, Any], list[str]]:
    """What differs in a question: its new fields and their names for a mask."""
    has, question, fields = _question(found), dict[str, Any](), list[str]()
    if bool(has.get("required")) != wanted["required"]:
        told.append("it must be answered" if has.get("required") else "it need not be answered")
        question["required"] = wanted["required"]
        fields.append("required")
    kind = next(name for name in KINDS if name in wanted)
    should = wanted[kind]
    if kind not in has:
        told.append(f"it asks for {_called(has)}, not for {_called(wanted)}")
    elif kind != "choiceQuestion":
        wrong = [name for name, value in should.items() if bool(has[kind].get(name)) != value]
        if not wrong:
            return question, fields
        told += [FLAWS[name, should[name]] for name in wrong]
    elif has[kind].get("type") != should["type"]:
        told.append(f"it asks for {_called(has)}, not for {_called(wanted)}")
        fields += [f"{kind}.type", f"{kind}.options"]
        return {**question, kind: should}, fields
    elif [_option(one) for one in has[kind].get("options", ())] != [
        _option(one) for one in should["options"]
    ]:
        told.append(_choices(has[kind], should))
        return {**question, kind: {"options": should["options"]}}, [*fields, f"{kind}.options"]
    else:
        return question, fields
    return {**question, kind: should}, [*fields, kind]


def _called(question: Json) -> str:
    kind = next((name for name in question if name.endswith("Question")), "")
    inner = question.get(kind, {})
    return NAMES.get(f"{kind} {inner.get('type', '')}".strip(), "something else")


def _option(option: Json) -> tuple[str, bool]:
    return str(option.get("value", "")), bool(option.get("isOther"))


def _choices(has: Json, should: Json) -> str:
    now = [_option(one)[0] or "another answer" for one in has.get("options", ())]
    then = [_option(one)[0] for one in should["options"]]
    parts = [
        f"{word} {', '.join(repr(one) for one in some)}"
        for word, some in (
            ("lacks", [one for one in then if one not in now]),
            ("offers", [one for one in now if one not in then]),
        )
        if some
    ]
    return f"its list {' and '.join(parts)}" if parts else "its list has another order"


# --- where it asks it


def _order(line: Line) -> Iterator[Change]:
    """Items that are missing or stand out of order, in the fewest steps."""
    steps_, _ = arrange(list(line.wanted), line.now, len(line.found))
    for step in steps_:
        wanted = line.wanted[step.key]
        noun = _noun(step.key, wanted)
        if step.kind == "insert":
            yield _change(
                "add", noun, wanted["title"], "it is missing; it is asked again"
                if noun == "question" else "it is missing; it is made again",
                {"createItem": {"item": wanted, "location": {"index": step.to}}},
            )  # fmt: skip
        else:
            to = step.to - (step.start < step.to)
            move = {"originalLocation": {"index": step.start}, "newLocation": {"index": to}}
            yield _change(
                "move", noun, wanted["title"], "it does not stand in its order; it is put there",
                {"moveItem": move},
            )  # fmt: skip


def _noun(key: str, wanted: Json) -> str:
    return "question" if key == UPLOAD or "questionItem" in wanted else "section"


# --- what no API can do


def _by_hand(declared: Declared, form: Json, line: Line) -> Iterator[Change]:
    upload, link = steps(declared.words, declared.texts, declared.form)
    if UPLOAD not in line.now:
        yield Change(
            "add", "question", upload_title(declared.words, declared.texts), upload, "form", by_hand=True
        )
    linked = str(form.get("linkedSheetId", ""))
    if linked != declared.spreadsheet:
        action: Action = "change" if linked else "add"
        yield Change(action, "form", LINK, link, "form", by_hand=True)


def _change(action: Action, kind: str, name: str, detail: str, request: Json) -> Change:
    return Change(action, kind, name, detail, "form", deed={"requests": [request]})
