"""Invoices and payment orders as files: a small PDF writer that draws text and QR codes where one wants them.

The demo's people hand them in, and the tests. Text is Latin: the fonts that every reader has know no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import segno

A4 = (595, 842)
LINES = ("INVOICE No. 15 of 12.11.2026", "Payee: Romashka", "1. Paper A4, 100 packs", "Total: 12 500.00")


def drawn(code: segno.QRCode, left: float, bottom: float, side: float) -> str:
    """A code as PDF drawing operators, `side` points wide without its quiet zone: a rectangle a run."""
    matrix = [bytes(row) for row in code.matrix]
    module = side / len(matrix)
    runs = []
    for number, row in enumerate(matrix):
        y = bottom + (len(matrix) - 1 - number) * module
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end] == row[start]:
                end += 1
            if row[start]:
                x, width = left + start * module, (end - start) * module
                runs.append(f"{x:.3f} {y:.3f} {width:.3f} {module:.3f} re f")
            start = end
    return "\n".join(runs)


def written(lines: Iterable[str], left: int = 60, top: int = 780) -> str:
    """Lines of Latin text in 10 points."""
    shown = " ".join(f"({_SIGNS.sub(_escaped, line)}) Tj T*" for line in lines)
    return f"BT /F1 10 Tf {left} {top} Td 14 TL {shown} ET"


_SIGNS, _escaped = re.compile(r"[\\()]"), r"\\\g<0>"


def pdf(pages: Sequence[str], size: tuple[float, float] = A4, *, locked: bool = False) -> bytes:
    """A PDF file of pages given by their drawing operators; `locked`: it asks for a password."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<</Type /Catalog /Pages 2 0 R>>",
        f"<</Type /Pages /Kids [{kids}] /Count {len(pages)}>>",
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
    ]
    for number, content in enumerate(pages):
        objects.append(
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents {5 + 2 * number} 0 R"
            " /Resources <</Font <</F1 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(content)}>>\nstream\n{content}\nendstream")
    extra = ""
    if locked:
        objects.append(f"<</Filter /Standard /V 1 /R 2 /P -4 /O <{'00' * 32}> /U <{'11' * 32}>>>")
        extra = f" /Encrypt {len(objects)} 0 R /ID [<{'22' * 16}> <{'22' * 16}>]"
    body, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    body += f"xref\n0 {count}\n0000000000 65535 f \n{table}"
    body += f"trailer <</Size {count} /Root 1 0 R{extra}>>\nstartxref\n{body.index('xref')}\n%%EOF\n"
    return body.encode("latin-1")


def invoice(
    text: str | bytes,
    left: float = 430,
    bottom: float = 660,
    side: float = 100,
    *,
    lines: Sequence[str] = LINES,
) -> bytes:
    """An A4 invoice of some lines and one code; the code's text is written as UTF-8, bytes as they are."""
    code = segno.make(text.encode() if isinstance(text, str) else text, mode="byte", error="m", micro=False)
    return pdf([written(lines) + "\n" + drawn(code, left, bottom, side)])
