"""The pages that the demo's people open, read as a browser reads them: the request page and the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Page:
    """The request page. `acts`: act -> the fields of its form. `text`: what one reads on it."""

    status: int
    text: str
    acts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class FormPage:
    """The form's page. `questions`: title -> the name that its answer is sent under, in their order.

    `required`: titles that need an answer; `action`: where answers go; `text`: what one reads on it.
    """

    status: int
    title: str
    action: str
    questions: Mapping[str, str]
    required: frozenset[str]
    text: str


def read_page(status: int, html: str) -> Page:
    """The request page in an answer."""
    reader = _Reader()
    reader.feed(html)
    acts = {form["act"]: form for form in reader.forms if "act" in form}
    return Page(status, reader.text, acts)


def read_form(status: int, html: str) -> FormPage:
    """The form's page in an answer, or what stands there after one was sent."""
    reader = _Reader()
    reader.feed(html)
    # Labels name their control by its id; the choices of a question stand below its legend.
    questions = {title: reader.names.get(control, control) for title, control in reader.labels.items()}
    marked = frozenset(reader.marked)
    return FormPage(status, reader.title, reader.action, questions, marked, reader.text)


class _Reader(HTMLParser):
    """The hidden fields of each form, its questions, and the words outside of the style sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.words: list[str] = []
        self.action = self.title = ""
        self.names: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.marked: set[str] = set()
        self._inside: list[str] = []
        self._label = ""
        self._for = ""
        self._legend = ""

    @property
    def text(self) -> str:
        """What one reads, with single spaces."""
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self.action = given.get("action", "")
        elif tag in ("input", "select", "textarea"):
            self._control(given)
        elif tag in ("label", "legend"):
            self._label, self._for = "", given.get("for", "") if tag == "label" else "legend"
        if tag not in _ALONE:
            self._inside.append("mark" if given.get("class") == "mark" else tag)

    def _control(self, given: Mapping[str, str]) -> None:
        name = given.get("name", "")
        if given.get("type") == "hidden" and self.forms:
            self.forms[-1][name] = given.get("value", "")
        elif "id" in given:
            self.names[given["id"]] = name
        elif self._legend and given.get("type") in ("radio", "checkbox"):
            self.labels[self._legend], self._legend = name, ""

    def handle_endtag(self, tag: str) -> None:
        if self._inside:
            self._inside.pop()
        title = " ".join(self._label.split())
        if tag == "legend":
            self._legend = title
        elif tag == "label" and self._for:
            self.labels[title] = self._for
        if tag in ("label", "legend"):
            self._for = ""

    def handle_data(self, data: str) -> None:
        inside = self._inside[-1] if self._inside else ""
        if inside in ("style", "title"):
            return
        self.words.append(data)
        if inside == "h1":
            self.title += data.strip()
        elif inside == "mark" and self._for:
            self.marked.add(" ".join(self._label.split()))
        elif self._for:
            self._label += data


_ALONE = frozenset({"input", "meta", "link", "br", "hr", "img"})
"""Tags without an end."""
