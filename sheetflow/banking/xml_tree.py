"""An XML file from outside, read without the ways in which XML can harm.

Decided here: which XML is read at all: no document type, hence no entity of its own and nothing fetched, and
a bound on size and depth. In: bytes. Out: the root `Element`, names as "{namespace}name".
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from sheetflow.model.invalid import Invalid

MAX_BYTES = 32 * 2**20
MAX_DEPTH = 64


def parse(data: bytes) -> Element:
    """The root element of a document.

    Raises:
        Invalid: "xml-large" (facts: `limit`, MB), "xml-document-type", "xml-deep", "xml-broken" (facts:
            `line`, `column`).

    >>> parse(b'<a xmlns="urn:x"><b>1 &lt; 2</b></a>').tag
    '{urn:x}a'
    >>> parse(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: xml-document-type
    """
    if len(data) > MAX_BYTES:
        raise Invalid("xml-large", {"limit": str(MAX_BYTES // 2**20)})
    builder = TreeBuilder()
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Invalid("xml-deep")
        builder.start(_clark(name), {_clark(key): value for key, value in attributes.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_clark(name))

    def document_type(*_: object) -> None:
        raise Invalid("xml-document-type")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = document_type
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as error:
        facts = {"line": str(error.lineno), "column": str(error.offset)}
        raise Invalid("xml-broken", facts) from None
    except (LookupError, ValueError) as error:
        if isinstance(error, Invalid):
            raise
        raise Invalid("xml-broken", {"line": "1", "column": "0"}) from None  # an encoding nobody knows
    return builder.close()


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name
