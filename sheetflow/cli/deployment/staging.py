"""What is uploaded: the functions, the package without what only a workstation needs, and the templates.

One folder that stands by itself: `functions-framework --target on_edit --source main.py` works in it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from sheetflow.errors import ConfigError
from sheetflow.runtime import templates_folder
from sheetflow.workspace.functions import source

PACKAGE = Path(__file__).parents[2]
AT_HOME = ("cli", "workspace", "emulator", "_bundled")
"""Parts of the package that are not deployed."""
TEMPLATES = Path("sheetflow/_bundled/sheet_templates")
"""Where `runtime.templates_folder` looks first."""
LEFT_OUT = ("__pycache__",)


def contents() -> Mapping[Path, Path]:
    """Path within the folder -> the file that it is made from, sorted."""
    functions, templates = source().parent, templates_folder()
    found = {Path("main.py"): functions / "main.py", Path("requirements.txt"): functions / "requirements.txt"}
    for file in _files(PACKAGE):
        inner = file.relative_to(PACKAGE)
        if inner.parts[0] not in AT_HOME:
            found[Path("sheetflow") / inner] = file
    for file in _files(templates):
        found[TEMPLATES / file.relative_to(templates)] = file
    return dict(sorted(found.items()))


def digest() -> str:
    """Names what is uploaded: the same sources have the same digest."""
    return digest_of(contents())


def digest_of(files: Mapping[Path, Path]) -> str:
    """16 hexadecimal digits of names and contents."""
    made = hashlib.sha256()
    for place, file in files.items():
        data = file.read_bytes()
        made.update(f"{place.as_posix()}\0{len(data)}\0".encode() + data)
    return made.hexdigest()[:16]


def stage(folder: Path) -> None:
    """Write the contents into a folder, which is then that and nothing else.

    Raises:
        ConfigError: something of somebody else's is in the folder.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / TEMPLATES).is_dir():
        raise ConfigError([f"{folder} is not empty and was not written by sheetflow: name another folder"])
    shutil.rmtree(folder, ignore_errors=True)
    for place, file in contents().items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not any(part in LEFT_OUT for part in file.parts):
            yield file
