"""Taking responses: who may respond, what becomes of the answers, the files and the linked tab.

A response and its row are kept in one transaction; files go into Drive before it, as a browser uploads them
before it sends a form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sheetflow.emulator.forms import answers as answering
from sheetflow.emulator.forms import grading, words
from sheetflow.emulator.forms.answers import Given, Problem
from sheetflow.emulator.forms.items import is_upload
from sheetflow.emulator.forms.responses import Response, new_response_id, stamp
from sheetflow.emulator.forms.uploads import question_folder, stored
from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.forms.linking import Row
    from sheetflow.emulator.forms.model import Form
    from sheetflow.emulator.forms.service import FormsService
    from sheetflow.emulator.forms.uploads import Uploads
    from sheetflow.emulator.sheets.service import Clock


class Refusal(Exception):
    """A respondent is sent away; `word` names the sentence in `words.PAGE`."""

    def __init__(self, word: str) -> None:
        super().__init__(words.PAGE["en"][word])
        self.word = word


class InvalidAnswers(Exception):
    """Answers that the form does not take, by questionId; `email` is the address field."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(f"{len(problems)} answers are not taken")
        self.problems = dict(problems)


@dataclass(frozen=True)
class Submitted:
    """A response that was taken, and its row in the linked tab; None without one."""

    form: Form
    response: Response
    row: Row | None


class Intake:
    """Takes responses to the forms of a service.

    Args:
        forms: the service.
        clock: the workspace's time.
        uploads: Drive, for uploaded files.
        on_submit: told (form id, response id, who) after each response that was kept.
    """

    def __init__(
        self,
        forms: FormsService,
        clock: Clock,
        uploads: Uploads,
        on_submit: Callable[[str, str, str], None],
    ) -> None:
        self._forms = forms
        self._clock = clock
        self._uploads = uploads
        self._on_submit = on_submit

    def admit(self, form: Form, person: str, edited: Response | None) -> None:
        """Let somebody respond, or change the response `edited`.

        Args:
            form: the form.
            person: the signed-in respondent's address; "" for nobody.
            edited: a response that was found by its link.

        Raises:
            Refusal: the form is closed, wants to know who it is, was answered before, or the response is
                somebody else's.
        """
        if not form.published or not form.accepting:
            raise Refusal("closed")
        if form.needs_sign_in and not person:
            raise Refusal("sign_in")
        if edited is not None:
            if not form.options.allow_edits or (edited.person and edited.person != person):
                raise Refusal("not_yours")
        elif form.options.limit_one and self._forms.responses.all_of(form.id, person=person):
            raise Refusal("done_before")

    def submit(self, form_id: str, person: str, given: Given, edited: Response | None = None) -> Submitted:
        """Take a response, or a new version of one.

        Args:
            form_id: the form.
            person: who is signed in, in lower case; "" for nobody.
            given: all answers, for an edited response too.
            edited: the response to replace.

        Raises:
            Refusal: see `admit`.
            InvalidAnswers: nothing is kept then.
        """
        with self._forms.lock:
            form = self._forms.form(form_id)
            self.admit(form, person, edited)
            texts, problems = answering.checked(form.questions, given)
            problems.update(_strange_files(given, edited))
            email = _email(form, person, given, problems)
            if problems:
                raise InvalidAnswers(problems)
            files = self._stored(form, given, edited, person)
            found = {**answering.text_answers(texts), **files}
            answers = {question.id: found[question.id] for question in form.questions if question.id in found}
            answers = grading.graded(form, answers)
            with self._forms.linking.together(form.spreadsheet):
                done = self._submitted(form, person, email, answers, edited)
        self._on_submit(form.id, done.response.id, person)
        return done

    def _submitted(
        self, form: Form, person: str, email: str, answers: dict[str, Json], edited: Response | None
    ) -> Submitted:
        form = replace(form, link=self._forms.linking.sync(form))
        self._forms.save(form)
        now = stamp(self._clock.now)
        if edited is None:
            response = Response(form.id, new_response_id(), now, now, email, person, answers)
            row = self._forms.linking.put(form, self._forms.responses.save(response))
            response = self._forms.responses.get(form.id, response.id) or response
        else:
            changed = {q for q in {*answers, *edited.answers} if answers.get(q) != edited.answers.get(q)}
            response = replace(edited, submitted=now, email=email, answers=answers)
            row = self._forms.linking.put(form, response, frozenset(changed))
        return Submitted(form, self._forms.placed(response, row), row)

    def _stored(self, form: Form, given: Given, edited: Response | None, person: str) -> dict[str, Json]:
        """The answers of files: those that stay, and the new ones, which go into Drive."""
        owner = self._forms.file(form.id).owner
        found: dict[str, Json] = {}
        for question in form.questions:
            if question.kind != "file":
                continue
            kept = given.kept.get(question.id, ())
            old = answering.files_of((edited.answers if edited else {}).get(question.id))
            files = [file for file in old if file["fileId"] in kept]
            for upload in given.files.get(question.id, ()):
                folder = self._folder_now(form, question.id)
                files.append(stored(self._uploads, owner, folder, upload, person))
            if files:
                found[question.id] = answering.file_answer(question.id, files)
        return found

    def _folder_now(self, form: Form, question_id: str) -> str:
        """The folder of a question; where somebody deleted it, a new one."""
        item = next(
            item
            for item in form.items
            if is_upload(item) and item["questionItem"]["question"]["questionId"] == question_id
        )
        spec = item["questionItem"]["question"]["fileUploadQuestion"]
        if not self._uploads.has_folder(spec["folderId"]):
            file = self._forms.file(form.id)
            spec["folderId"] = question_folder(self._uploads, file, form.title, item.get("title", ""))
            self._forms.save(form)
        return str(spec["folderId"])


def _strange_files(given: Given, edited: Response | None) -> dict[str, Problem]:
    """Files that should stay, of questions where the response has no such file."""
    return {
        key: Problem("unknown_file")
        for key, kept in given.kept.items()
        if not set(kept)
        <= {file["fileId"] for file in answering.files_of((edited.answers if edited else {}).get(key))}
    }


def _email(form: Form, person: str, given: Given, problems: dict[str, Problem]) -> str:
    """The address that goes with a response; where it has to be typed and is not, a problem."""
    if form.email_collection == "VERIFIED":
        return person
    if form.email_collection != "RESPONDER_INPUT":
        return ""
    email = given.email.strip()
    if not answering.EMAIL.fullmatch(email):
        problems["email"] = Problem("bad_email" if email else "required")
    return email
