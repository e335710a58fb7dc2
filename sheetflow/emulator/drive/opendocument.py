"""Tables as an OpenDocument spreadsheet and as web pages, of the least parts that a reader needs.

Source: OASIS, Open Document Format 1.2; the archive of pages is laid out as Google's, a page a sheet.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from typing import TypeAlias

Table: TypeAlias = tuple[str, Iterable[Sequence[object]]]
"""A sheet's title and its lines."""

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def spreadsheet(tables: Iterable[Table]) -> bytes:
    """An OpenDocument spreadsheet; numbers, booleans and texts are values of their kind."""
    parts = []
    for title, lines in tables:
        rows = "".join(f"<table:table-row>{''.join(map(_cell, line))}</table:table-row>" for line in lines)
        rows = rows or "<table:table-row><table:table-cell/></table:table-row>"
        parts.append(f'<table:table table:name="{_clean(title)}">{rows}</table:table>')
    content = (
        f'<office:document-content xmlns:office="{_NAMES}office:1.0" xmlns:table="{_NAMES}table:1.0"'
        f' xmlns:text="{_NAMES}text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f"{''.join(parts)}</office:spreadsheet></office:body></office:document-content>"
    )
    entry = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_NAMES}manifest:1.0" manifest:version="1.2">'
        f"{entry.format('/', ODS_TYPE)}{entry.format('content.xml', 'text/xml')}</manifest:manifest>"
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)  # first and plain, so that it is found
        archive.writestr("META-INF/manifest.xml", head + manifest)
        archive.writestr("content.xml", head + content)
    return file.getvalue()


def _cell(value: object) -> str:
    if value in ("", None):
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
        return f"<table:table-cell {kind}><text:p>{str(value).upper()}</text:p></table:table-cell>"
    if isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value!r}"'
        return f"<table:table-cell {kind}><text:p>{value!r}</text:p></table:table-cell>"
    lines = "".join(f"<text:p>{_clean(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def pages(tables: Iterable[Table]) -> bytes:
    """An archive with a web page for each sheet, that shows what its cells show."""
    file = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, lines in tables:
            rows = "".join(
                f"<tr>{''.join(f'<td>{_text(value)}</td>' for value in line)}</tr>" for line in lines
            )
            page = (
                f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
                f'<body><table class="waffle"><tbody>{rows}</tbody></table></body></html>'
            )
            name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", title).strip(". ") or "Sheet"
            while name in taken:
                name += "_"
            taken.add(name)
            archive.writestr(f"{name}.html", page)
    return file.getvalue()


def _text(value: object) -> str:
    return escape(str(value)).replace("\n", "<br>")


def _clean(text: str) -> str:
    return escape(_CONTROL.sub("", text))
