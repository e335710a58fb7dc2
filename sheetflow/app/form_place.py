"""The form as a place of plan and apply: read once, compared, put right in one batch.

The batch names the revision that was read: where a person changed the form since, Google refuses it whole,
and it is compared anew. What no API can do is named with the steps that a person has to take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sheetflow.app.form_diff import Declared, compare
from sheetflow.app.upkeep import Done, Known
from sheetflow.core.rulebook import Words
from sheetflow.errors import AccessDenied, ConcurrentEdit, NotFound, StalePlan
from sheetflow.templates.plan import Change
from sheetflow.templates.texts import Texts

TRIES = 4
"""How often somebody may change the form in between before an apply gives up."""


class FormCarePort(Protocol):
    """One form looked at and changed."""

    def form(self) -> Mapping[str, Any]:
        """All of it, as forms.get tells."""
        ...

    def change(self, requests: Sequence[Mapping[str, Any]], revision: str) -> None:
        """Do all requests of a batchUpdate, or none of them.

        Raises:
            ConcurrentEdit: the form is no longer at that revision; nothing was done.
        """
        ...

    def publish(self) -> None:
        """Let it be seen and answered; doing it again changes nothing."""
        ...


class FormPlace:
    """One registry's form (Surveyor).

    Args:
        port: acts as an account that may edit the form.
        form: its id.
        words: labels in every language.
        texts: `form.toml` in every language.
    """

    def __init__(
        self, port: FormCarePort, form: str, words: Mapping[str, Words], texts: Mapping[str, Texts]
    ) -> None:
        self.port, self.form = port, form
        self.languages = {
            language: (words[language], texts[language]) for language in texts if language in words
        }
        self._known: Known | None = None
        self._revision = ""

    def survey(self, known: Known) -> list[Change]:
        """Every difference; one read."""
        self._known = known
        try:
            found = self.port.form()
        except (AccessDenied, NotFound):
            return [_closed(self.form, known.service_account)]
        self._revision = str(found.get("revisionId", ""))
        own, texts = self.languages[known.words.language]
        declared = Declared(
            self.form, known.spreadsheet, own, texts, known.company.settings.values, self.languages
        )
        return compare(declared, found)

    def carry_out(self, changes: Sequence[Change], done: Done) -> None:
        """One batch for all that is asked, then the form is opened for answers; what is by hand is left.

        Raises:
            StalePlan: somebody changed the form, so that something else would have to be done now.
        """
        doable = [change for change in changes if not change.by_hand]
        batch = [change for change in doable if "requests" in change.deed]
        for attempt in range(1, TRIES + 1):
            requests = [one for change in batch for one in change.deed["requests"]]
            try:
                if requests:
                    self.port.change(requests, self._revision)
                break
            except ConcurrentEdit:
                if attempt == TRIES:
                    raise
                batch = self._again(batch)
        for change in batch:
            done(change)
        for change in doable:
            if "publish" in change.deed:
                self.port.publish()
                done(change)

    def _again(self, batch: Sequence[Change]) -> list[Change]:
        """The same changes on the form as it is now: places may differ, what is said of them may not."""
        if self._known is None:
            raise AssertionError("a survey comes first")
        found = [change for change in self.survey(self._known) if "requests" in change.deed]
        if [change.as_dict() for change in found] != [change.as_dict() for change in batch]:
            raise StalePlan(
                "somebody changed the form while it was put right; nothing was done there. "
                "Run `sheetflow plan` again and look at what it says"
            )
        return found


def _closed(form: str, account: str) -> Change:
    detail = (
        f"the form {form} is gone, or closed to {account or 'the service account'}, so no answer is read: "
        "share it with that account as an editor, or name another form by SHEETFLOW_FORM"
    )
    return Change("change", "form", "access", detail, "form", by_hand=True)
