"""`sheetflow.env`: ids and plain settings that commands read, one `NAME=value` a line; never secrets."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PLAIN = re.compile(r"[A-Za-z0-9._@:/+-]+")
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")


def kept(path: Path) -> dict[str, str]:
    """What `keep` wrote there; nothing where there is no file."""
    if not path.exists():
        return {}
    lines = path.read_text("utf-8-sig").splitlines()
    pairs = ((found[1], line[found.end() :].strip()) for line in lines if (found := _LINE.match(line)))
    return {name: _unquoted(value) for name, value in pairs}


def keep(path: Path, values: Mapping[str, str]) -> None:
    """Write values into the file, a blank one out of it; every other line stays as it is.

    The file is changed whole or not at all, and readable by its owner alone.

    Raises:
        OSError: it cannot be written.
        ValueError: a value has a line end.
    """
    if wrong := [name for name, value in values.items() if "\n" in value or "\r" in value]:
        raise ValueError(f"a setting is one line: {', '.join(wrong)}")
    before = path.read_text("utf-8-sig").splitlines() if path.exists() else []
    lines = [line for line in before if not (found := _LINE.match(line)) or found[1] not in values]
    places = {found[1]: at for at, line in enumerate(before) if (found := _LINE.match(line))}
    for name, value in values.items():
        if value:
            lines.insert(min(places.get(name, len(lines)), len(lines)), f"{name}={_quoted(value)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except OSError:
        Path(fresh).unlink(missing_ok=True)
        raise


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _unquoted(value: str) -> str:
    if len(value) < 2 or value[0] != "'" or value[-1] != "'":
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1])
