"""forms.batchUpdate: all requests or none, each on the form as the ones before it left it.

A kind is a function from (form, request) to (form, reply). What an `updateItem` may not do, and what becomes
of ids and of the kind of a question under a field mask, is decided here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

from sheetflow.emulator.forms import items
from sheetflow.emulator.forms.items import ITEM_KINDS, NEWLINES, NO_UPLOADS, QUESTION_KINDS, pruned
from sheetflow.emulator.wire import GoogleError, Json, Mask, assign, invalid, parse_mask

if TYPE_CHECKING:
    from sheetflow.emulator.forms.model import Form
    from sheetflow.emulator.shapes import Shapes

Kind = Callable[["Form", Json, "Shapes"], tuple["Form", Json]]


def run(form: Form, body: Json, shapes: Shapes) -> tuple[Form, list[Json]]:
    """The form after all requests of a BatchUpdateFormRequest, and the replies.

    Raises:
        GoogleError: 400, with the index and kind of the request that cannot be; nothing is changed then.
    """
    _check_revision(form, body.get("writeControl", {}))
    requests = body.get("requests", [])
    if not requests:
        raise invalid("Must specify at least one request.")
    replies = []
    for index, request in enumerate(requests):
        if len(request) != 1:
            words = "No request set." if not request else "Only one kind of request can be set."
            raise invalid(f"Invalid requests[{index}]: {words}")
        ((name, inner),) = request.items()
        try:
            form, reply = KINDS[name](form, inner, shapes)
        except GoogleError as error:
            text = f"Invalid requests[{index}].{name}: {error.message}"
            raise GoogleError(error.code, error.status, text) from error
        replies.append(reply)
    return form, replies


def _check_revision(form: Form, control: Json) -> None:
    required, target = control.get("requiredRevisionId"), control.get("targetRevisionId")
    if required and required != form.revision_id:
        text = f"The required revision ID '{required}' does not match the latest revision."
        raise GoogleError(400, "FAILED_PRECONDITION", text)
    known = {f"{number:08x}" for number in range(1, form.revision + 1)}
    if target and target not in known:
        raise invalid(f"Invalid target revision ID: {target}")


def _place(location: Json | None, count: int) -> int:
    """The index of a location, which must be one of `count` places.

    An index of 0 is what an absent one means, but the location itself is required.
    """
    if location is None:
        raise invalid("The location must be set.")
    index: int = location.get("index", 0)
    if not 0 <= index < count:
        raise invalid(f"The index {index} is out of bounds: it must be in the range [0, {count}).")
    return index


def _create_item(form: Form, request: Json, _: Shapes) -> tuple[Form, Json]:
    item = pruned(request.get("item", {}))
    if items.is_upload(item):
        raise invalid(NO_UPLOADS)
    index = _place(request.get("location"), len(form.items) + 1)
    form, item = with_item(form, item, index)
    reply: Json = {"itemId": item["itemId"]}
    asked = [question["questionId"] for question in items.raw_questions(item)]
    if asked:
        reply["questionId"] = asked
    return form, {"createItem": reply}


def with_item(form: Form, item: Json, index: int) -> tuple[Form, Json]:
    """The form with one more item, checked and given ids, and that item."""
    item = copy.deepcopy(item)
    items.check_item(item)
    items.give_ids(item, items.ids(form.items))
    return form.changed(items=(*form.items[:index], item, *form.items[index:])), item


def _update_item(form: Form, request: Json, shapes: Shapes) -> tuple[Form, Json]:
    index = _place(request.get("location"), len(form.items))
    mask = known_mask(shapes, request, "Item")
    old = form.items[index]
    item = copy.deepcopy(old)
    source = request.get("item", {})
    assign(item, copy.deepcopy(source), mask)
    _keep_one_kind(item, source, ITEM_KINDS)
    question = item.get("questionItem", {}).get("question")
    if question is not None:
        _keep_one_kind(question, source.get("questionItem", {}).get("question", {}), tuple(QUESTION_KINDS))
    item = pruned(item)
    if items.is_upload(item) and not items.is_upload(old):
        raise invalid(NO_UPLOADS)
    items.check_item(item)
    others = items.ids([other for other in form.items if other is not old])
    items.give_ids(item, others)
    return form.changed(items=(*form.items[:index], item, *form.items[index + 1 :])), {}


def _keep_one_kind(target: Json, source: Json, kinds: tuple[str, ...]) -> None:
    """A message of several kinds has one at a time: setting one clears the other."""
    given = [name for name in kinds if name in source and name in target]
    if given:
        for name in kinds:
            if name not in given:
                target.pop(name, None)


def _delete_item(form: Form, request: Json, _: Shapes) -> tuple[Form, Json]:
    index = _place(request.get("location"), len(form.items))
    return form.changed(items=form.items[:index] + form.items[index + 1 :]), {}


def _move_item(form: Form, request: Json, _: Shapes) -> tuple[Form, Json]:
    old = _place(request.get("originalLocation"), len(form.items))
    new = _place(request.get("newLocation"), len(form.items))
    left = [*form.items[:old], *form.items[old + 1 :]]
    left.insert(new, form.items[old])
    return form.changed(items=tuple(left)), {}


def _update_info(form: Form, request: Json, shapes: Shapes) -> tuple[Form, Json]:
    mask = known_mask(shapes, request, "Info")
    if "documentTitle" in mask:
        raise invalid("documentTitle cannot be modified; use the Drive API to rename the file.")
    info = {"title": form.title, "description": form.description}
    assign(info, {**request.get("info", {})}, mask)
    title = info.get("title", "")
    if "\n" in title or "\r" in title:
        raise invalid(NEWLINES)
    return form.changed(title=title, description=info.get("description", "")), {}


def _update_settings(form: Form, request: Json, shapes: Shapes) -> tuple[Form, Json]:
    mask = known_mask(shapes, request, "FormSettings")
    settings = copy.deepcopy(form.settings)
    assign(settings, copy.deepcopy(request.get("settings", {})), mask)
    collection = settings.get("emailCollectionType", form.email_collection)
    if collection == "EMAIL_COLLECTION_TYPE_UNSPECIFIED":
        raise invalid("emailCollectionType must be specified.")
    settings = pruned({**settings, "emailCollectionType": collection})
    kept = form.items
    if not settings.get("quizSettings", {}).get("isQuiz"):
        kept = tuple(copy.deepcopy(item) for item in form.items)
        for question in (question for item in kept for question in items.raw_questions(item)):
            question.pop("grading", None)
    return form.changed(settings=settings, items=kept), {}


def known_mask(shapes: Shapes, request: Json, message: str) -> Mask:
    """The request's `updateMask`, each name of which must be a field.

    Raises:
        GoogleError: 400 where it is missing or names what is not there.
    """
    text = request.get("updateMask", "")
    if not text:
        raise invalid("At least one field must be listed in 'update_mask'. (Use '*' to indicate all fields.)")
    mask = _camel(parse_mask(text))
    _check_mask(shapes, mask, message, "")
    return mask


def _check_mask(shapes: Shapes, mask: Mask, message: str, path: str) -> None:
    for name, branch in mask.items():
        if name == "*":
            continue
        if not shapes.knows(message, name):
            raise invalid(f"Invalid field in the update mask: {path}{name}")
        inner = shapes.branch(message, name)
        if inner is not None:
            _check_mask(shapes, branch, inner, f"{path}{name}.")


def _camel(mask: Mask) -> Mask:
    """Masks may come in snake case, as protocol buffers write them."""
    turned: Mask = {}
    for name, branch in mask.items():
        head, *rest = name.split("_")
        turned[head + "".join(part.capitalize() for part in rest)] = _camel(branch)
    return turned


KINDS: dict[str, Kind] = {
    "createItem": _create_item,
    "updateItem": _update_item,
    "deleteItem": _delete_item,
    "moveItem": _move_item,
    "updateFormInfo": _update_info,
    "updateSettings": _update_settings,
}
"""All kinds of requests by name."""
