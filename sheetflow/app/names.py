"""Names of files and folders: what people called them, made readable and safe on every system.

A file is handed in under any name: with slashes, with what hides or turns text around, with none at all. It
ends up in folders that are synchronised to Windows, macOS and Linux, and is attached to mails. Decided here:
the name it gets, and what kinds of files are taken at all. Not decided: where it lies (`adapters.drive`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

LONGEST = 120
"""Characters of a name, its ending included."""
LONGEST_BYTES = 240
"""The same name in UTF-8: Linux allows 255."""
BLANK_NAME = "file"

ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application/pdf": (".pdf",),
        "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
        "image/png": (".png",),
        "image/webp": (".webp",),
        "image/gif": (".gif",),
        "image/tiff": (".tif", ".tiff"),
        "image/bmp": (".bmp",),
        "image/heic": (".heic",),
        "image/heif": (".heif",),
        "application/msword": (".doc",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
        "application/vnd.ms-excel": (".xls",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
        "application/vnd.oasis.opendocument.text": (".odt",),
        "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
        "application/rtf": (".rtf",),
        "text/plain": (".txt",),
        "text/csv": (".csv",),
        "text/xml": (".xml",),
        "application/xml": (".xml",),
    }
)
"""The kinds of files that are taken, each with the endings it may have; a file without one gets the first.

PDF, pictures, office documents without macros, texts and the XML that accounting programs write. No archives,
no web pages, no programs; Google's own documents have no content of theirs that could be hashed.
"""

_ALIASES = {
    "text/rtf": "application/rtf", "image/jpg": "image/jpeg", "image/x-png": "image/png",
    "image/x-ms-bmp": "image/bmp", "application/x-pdf": "application/pdf",
}  # fmt: skip
_UNKNOWN = ("", "application/octet-stream", "binary/octet-stream")
_BY_ENDING = {ending: kind for kind, endings in reversed(list(ENDINGS.items())) for ending in endings}
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")
_DASHED = str.maketrans({**dict.fromkeys("/\\:*?<>|", "-"), '"': "'"})
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)


def kind_of(mime_type: str, name: str) -> str:
    """The kind of a file, a key of `ENDINGS`; "" where it is none that is taken.

    The name decides only where whoever uploaded it said nothing.

    >>> kind_of("application/pdf; charset=binary", "scan"), kind_of("application/octet-stream", "Счет.PDF")
    ('application/pdf', 'application/pdf')
    >>> kind_of("application/zip", "invoice.pdf"), kind_of("application/octet-stream", "invoice.pdf.exe")
    ('', '')
    """
    kind = mime_type.partition(";")[0].strip().lower()
    if kind in _UNKNOWN:
        return _BY_ENDING.get(_split(name.strip())[1].lower(), "")
    kind = _ALIASES.get(kind, kind)
    return kind if kind in ENDINGS else ""


def file_name(request: str, original: str, kind: str, taken: Iterable[str] = ()) -> str:
    """The name of a request's file: its number, what the file was called, an ending of its kind.

    Args:
        request: the request's number.
        original: the name it came with.
        kind: a key of `ENDINGS`: a name that ends as another kind gets its ending on top.
        taken: the names that the folder has already; case makes no difference between names.

    >>> file_name("PR-000124", "Счет № 17 от 12.11", "application/pdf")
    'PR-000124 Счет № 17 от 12.11.pdf'
    >>> file_name("PR-000124", "../../etc/passwd", "text/plain")
    'PR-000124 etc-passwd.txt'
    >>> file_name("PR-000124", "act.pdf", "application/pdf", ["pr-000124 ACT.PDF"])
    'PR-000124 act (2).pdf'
    """
    stem, ending = _split(original.strip())
    if ending.lower() not in ENDINGS[kind]:
        stem, ending = original, ENDINGS[kind][0]
    whole = f"{safe(request)} {safe(stem)}"
    known = {_folded(name) for name in taken}
    name, number = _cut(whole, ending), 1
    while _folded(name) in known:
        number += 1
        name = _cut(whole, f" ({number}){ending}")
    return name


def folder_name(request: str, contractor: str) -> str:
    """The name of a request's folder.

    >>> folder_name("PR-000124", 'ООО "Ромашка"'), folder_name("PR-000125", " ")
    ("PR-000124 ООО 'Ромашка'", 'PR-000125')
    """
    return _cut(f"{safe(request)} {clean(contractor)}".strip())


def safe(text: str) -> str:
    r"""A text as a name of its own: never blank, never hidden, never one that a system keeps for itself.

    >>> safe("  .\u202eexe.fdp "), safe("NUL.txt"), safe("...")
    ('exe.fdp', '_NUL.txt', 'file')
    """
    name = _cut(clean(text)) or BLANK_NAME
    return _cut(f"_{name}") if _RESERVED.fullmatch(name) else name


def clean(text: str) -> str:
    """A text without what no name may hold: on one line, nothing hidden in it; it may be blank.

    Control and direction-changing characters, zero-width ones and lone surrogates are dropped; blanks of
    every kind become one space; what separates folders becomes a dash; dots at the ends go.
    """
    kept = (_shown(sign) for sign in unicodedata.normalize("NFC", text))
    name = " ".join("".join(kept).translate(_DASHED).split())
    name = re.sub(r"\.{2,}", ".", name)
    return unicodedata.normalize("NFC", name.lstrip(" .-~").rstrip(" .-"))


def _shown(sign: str) -> str:
    category = unicodedata.category(sign)
    if category.startswith("Z") or sign in "\t\n\r\v\f\x85":
        return " "
    return "" if category.startswith("C") else sign


def _split(name: str) -> tuple[str, str]:
    """A name and its ending, the dot included; "" where it has none."""
    stem, dot, ending = name.rpartition(".")
    if dot and stem and _ENDING.fullmatch(dot + ending):
        return stem, dot + ending
    return name, ""


def _cut(stem: str, ending: str = "") -> str:
    """A stem with its ending, the stem shortened to what fits."""
    stem = stem[: LONGEST - len(ending)]
    room = LONGEST_BYTES - len(ending.encode())
    while len(stem.encode()) > room:
        stem = stem[:-1]
    return stem.rstrip(" .-") + ending


def _folded(name: str) -> str:
    """A name as systems that do not tell case apart compare it."""
    return unicodedata.normalize("NFC", name.casefold())
