"""What scripts do to forms: the host's side of FormApp.

The script acts as its project's owner, who must be an editor of the form. Ids of items are numbers here, the
decimals of the API's hexadecimal ones, as at Google.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sheetflow.emulator.forms.answers import files_of, values_of
from sheetflow.emulator.forms.items import questions_of
from sheetflow.emulator.wire import GoogleError, Json, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.forms.model import Form
    from sheetflow.emulator.forms.responses import Response
    from sheetflow.emulator.forms.service import FormsService

_OPTIONS = {
    "allowEdits": "allow_edits",
    "limitOne": "limit_one",
    "confirmation": "confirmation",
    "showAnother": "show_another",
}
_INFO = ("title", "description")
_CHOICES = {"RADIO": "MULTIPLE_CHOICE", "CHECKBOX": "CHECKBOX", "DROP_DOWN": "LIST"}
_PLAIN = {
    "pageBreakItem": "PAGE_BREAK",
    "textItem": "SECTION_HEADER",
    "imageItem": "IMAGE",
    "videoItem": "VIDEO",
    "questionGroupItem": "GRID",
}


class FormServices:
    """FormApp for one person."""

    def __init__(self, forms: FormsService, owner: str) -> None:
        self._forms = forms
        self._owner = owner

    def handlers(self) -> dict[str, Any]:
        """The host's functions by the names that the shim calls."""
        return {
            "form.is": self._forms.exists,
            "form.about": self.about,
            "form.set": self.set,
            "form.link": self.link,
            "form.unlink": lambda form_id: self._forms.unlink(self._open(form_id).id),
            "form.responses": self.responses,
            "form.response": self.response,
            "form.prefilled": self.prefilled,
        }

    def about(self, form_id: str) -> Json:
        """Everything that a script may ask a form for."""
        form = self._open(form_id)
        shown = self._forms.shown(form)
        return {
            "title": form.title,
            "description": form.description,
            "publishedUrl": self._forms.address(form),
            "editUrl": f"https://docs.google.com/forms/d/{form.id}/edit",
            "destination": shown.get("linkedSheetId"),
            "published": form.published,
            "accepting": form.accepting,
            "collectsEmail": form.email_collection != "DO_NOT_COLLECT",
            **{name: getattr(form.options, field) for name, field in _OPTIONS.items()},
            "items": [_item(item, index) for index, item in enumerate(form.items)],
        }

    def set(self, form_id: str, values: Json) -> None:
        """Change some of what `about` tells."""
        form = self._open(form_id)
        for name, value in values.items():
            if name in _OPTIONS:
                self._forms.configure(form.id, **{_OPTIONS[name]: value})
            elif name in _INFO:
                change = {"updateFormInfo": {"info": {name: value}, "updateMask": name}}
                self._forms.batch_update(self._owner, form.id, {"requests": [change]})
            elif name == "collectsEmail":
                # Google's switch means addresses that respondents type, unless they are verified already.
                kind = "DO_NOT_COLLECT" if not value else "RESPONDER_INPUT"
                if value and form.email_collection != "DO_NOT_COLLECT":
                    continue
                settings = {"settings": {"emailCollectionType": kind}, "updateMask": "emailCollectionType"}
                self._forms.batch_update(self._owner, form.id, {"requests": [{"updateSettings": settings}]})
            else:
                state = {"isPublished": form.published or bool(value), "isAcceptingResponses": bool(value)}
                body = {"publishSettings": {"publishState": state}}
                self._forms.set_publish_settings(self._owner, form.id, body)

    def link(self, form_id: str, spreadsheet: str) -> None:
        """Send responses to a spreadsheet that the script may edit."""
        self._forms.link(self._open(form_id).id, spreadsheet, caller=self._owner)

    def responses(self, form_id: str, since: float | None) -> list[Json]:
        """All responses, or those submitted at or after an instant in milliseconds."""
        form = self._open(form_id)
        found = [self._shown(form, response) for response in self._forms.responses.all_of(form.id)]
        return [one for one in found if since is None or one["submitted"] >= since]

    def response(self, form_id: str, response_id: str) -> Json:
        """One response."""
        form = self._open(form_id)
        response = self._forms.responses.get(form.id, response_id)
        if response is None:
            raise not_found("Invalid response ID submitted to the form.")
        return self._shown(form, response)

    def prefilled(self, form_id: str, given: list[tuple[str, list[str]]]) -> str:
        """The form's address with answers filled in."""
        form = self._open(form_id)
        entries = [(f"entry.{int(key, 16)}", value) for key, values in given for value in values]
        return f"{self._forms.address(form)}?{urlencode([('usp', 'pp_url'), *entries])}"

    def _shown(self, form: Form, response: Response) -> Json:
        multiple = {question.id: question.multiple for question in form.questions}
        answers: Json = {}
        for key, answer in response.answers.items():
            texts, files = values_of(answer), [file["fileId"] for file in files_of(answer)]
            answers[key] = files or (texts if multiple.get(key) else texts[0])
        submitted = datetime.fromisoformat(response.submitted).astimezone(UTC)
        return {
            "id": response.id,
            "email": response.email,
            "submitted": int(submitted.timestamp() * 1000),
            "editUrl": f"{self._forms.address(form)}?edit2={response.edit_token}",
            "answers": answers,
        }

    def _open(self, form_id: str) -> Form:
        try:
            return self._forms.editable(self._owner, form_id)
        except GoogleError as error:
            text = "No item with the given ID could be found, or you do not have permission to access it."
            raise GoogleError(error.code, error.status, text) from error


def _item(item: Json, index: int) -> Json:
    question = item.get("questionItem", {}).get("question", {})
    return {
        "itemId": int(item["itemId"], 16),
        "questionId": next((one.id for one in questions_of(item)), ""),
        "index": index,
        "title": item.get("title", ""),
        "description": item.get("description", ""),
        "required": bool(question.get("required")),
        "type": _type(item, question),
        "choices": _choices(question),
    }


def _choices(question: Json) -> list[str] | None:
    """What a choice takes; None where it takes any text."""
    options = question.get("choiceQuestion", {}).get("options", ())
    other = any(option.get("isOther") for option in options)
    return None if other or not options else [option["value"] for option in options]


def _type(item: Json, question: Json) -> str:
    """The ItemType of an item."""
    for name, kind in _PLAIN.items():
        if name in item:
            columns = item[name].get("grid", {}).get("columns", {}) if kind == "GRID" else {}
            return "CHECKBOX_GRID" if columns.get("type") == "CHECKBOX" else kind
    if "choiceQuestion" in question:
        return _CHOICES[question["choiceQuestion"]["type"]]
    return {
        "textQuestion": "PARAGRAPH_TEXT" if question.get("textQuestion", {}).get("paragraph") else "TEXT",
        "scaleQuestion": "SCALE",
        "ratingQuestion": "RATING",
        "dateQuestion": "DATETIME" if question.get("dateQuestion", {}).get("includeTime") else "DATE",
        "timeQuestion": "DURATION" if question.get("timeQuestion", {}).get("duration") else "TIME",
        "fileUploadQuestion": "FILE_UPLOAD",
    }[next(name for name in question if name.endswith("Question"))]
