"""Where a person says whether they want news of their own requests: a page with one button.

Looking changes nothing; only the button does, or a mail client's own, which posts what RFC 8058 says and has
no cookie. What needs the person is never turned off here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sheetflow.app.links import NEWS
from sheetflow.app.process import PassReport
from sheetflow.core.attention.mailing import PREFERENCES
from sheetflow.core.attention.standing import read_standing
from sheetflow.pages.entrance import Entered, Entrance
from sheetflow.pages.knock import Answer, Visitor
from sheetflow.pages.view import language_of

OFF, ON = "news-off", "news-on"


class PreferencesDoor(Entrance):
    """One visit to the page. Raises what the ports raise, and ConfigError."""

    kind = NEWS

    def show(self, token: str, *, visitor: Visitor | None = None) -> Answer:
        """How it is. One read."""
        entered = self.enter(token, visitor or Visitor())
        if isinstance(entered, Answer):
            return entered
        return self.sent(200, self._page(entered, quiet=self._quiet(entered)), entered)

    def act(self, form: Mapping[str, str], *, visitor: Visitor | None = None) -> Answer:
        """Change it, as the page's button asks."""
        entered = self.enter(form.get("token", ""), visitor or Visitor())
        if isinstance(entered, Answer):
            return entered
        if refused := self.not_them(entered):
            return refused
        name = form.get("act", "")
        if name not in PREFERENCES:
            return Answer(400, self.pages.notice(self._language(entered), "bad_form"))
        return self._change(entered, name)

    def one_click(self, token: str) -> Answer:
        """No news from now on, as a mail client asks on the person's behalf."""
        entered = self.enter(token, Visitor())
        return entered if isinstance(entered, Answer) else self._change(entered, OFF)

    # --- parts of it

    def _change(self, entered: Entered, name: str) -> Answer:
        act = self.act_of(entered, name)
        report: PassReport = self.process.run([act])
        refusal = report.answers[act.uuid]
        if refusal is not None:
            html = self.pages.link_refused(self._language(entered), self.book, refusal.rule)
            return Answer(403, html, report)
        return Answer(200, self._page(entered, quiet=PREFERENCES[name]), report)

    def _page(self, entered: Entered, *, quiet: bool) -> str:
        form = self.links.sign(entered.claim.seeing("", entered.visitor.visit))
        return self.pages.news(self._language(entered), OFF if not quiet else ON, form, quiet=quiet)

    def _quiet(self, entered: Entered) -> bool:
        person = entered.company.people.find(entered.claim.person)
        known = entered.snapshot.token.attention
        return read_standing(known.get(person.email if person else "", "")).quiet

    def _language(self, entered: Entered) -> str:
        return language_of(entered.company.people.find(entered.claim.person), self.book)
