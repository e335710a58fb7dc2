"""The mails' templates: one file a letter and language, from which both parts of the mail are made.

A letter (`<language>/mails/<letter>.j2`) extends `base`, which is `mails/html.j2` for the HTML part and
`mails/text.j2` for the plain one, and says all it has to say through the macros `m` of that medium: so the
two parts cannot differ in what they tell. Facts are values only, escaped in HTML, never read as templates.

jinja2 is loaded with the first letter: an edit that writes to nobody starts without it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from jinja2 import Environment

_BLANKS = re.compile(r"[ \t\r\n]+")  # not \s: the no-break space inside an amount stays
_GAPS = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's three texts. `subject` is one line."""

    subject: str
    text: str
    html: str


class MailTemplates:
    """The templates under one directory, `sheet_templates/`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def render(self, language: str, letter: str, facts: Mapping[str, Any]) -> Rendered:
        """Make a letter's texts.

        Args:
            language: the folder to take it from.
            letter: a name of `core.consequences`, such as "to-pay".
            facts: what the template may mention, ready to be read by people.

        Raises:
            ConfigError: no such template, or one that is broken or mentions a fact that there is none of.
        """
        from jinja2 import TemplateError

        name = f"{language}/mails/{letter}.j2"
        try:
            plain = self._plain.get_template(name)
            subject = "".join(plain.blocks["subject"](plain.new_context(dict(facts))))
            text = _GAPS.sub("\n\n", plain.render(facts)).strip() + "\n"
            return Rendered(one_line(subject), text, self._html.get_template(name).render(facts))
        except TemplateError as error:
            raise ConfigError([f"{name}: {type(error).__name__}: {error.message}"]) from error
        except KeyError as error:
            raise ConfigError([f"{name}: it has no block {error}"]) from error

    @cached_property
    def _html(self) -> Environment:
        return self._environment("html")

    @cached_property
    def _plain(self) -> Environment:
        return self._environment("text")

    def _environment(self, medium: str) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        made = Environment(
            loader=FileSystemLoader(self.directory),
            autoescape=medium == "html",  # noqa: S701 - the plain part is read as it stands
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        made.filters["one_line"] = one_line
        made.globals |= {
            "base": f"mails/{medium}.j2",
            "m": made.get_template(f"mails/{medium}_parts.j2").module,
        }
        return made


def one_line(text: str) -> str:
    r"""A text on one line, its no-break spaces kept.

    >>> one_line("  a \n b ")
    'a b'
    """
    return type(text)(_BLANKS.sub(" ", text).strip())  # Markup stays Markup
