"""Says whether the two lock files still belong to pyproject.toml, without asking the network.

Each lock carries, in its first line, a digest of the tables of pyproject.toml that it was made from:

    # made from pyproject.toml, dependency tables sha256:3b1f…

`stamp` writes that line (after `uv pip compile`), `check` compares it. `check` also demands what a deployment
relies on: every line pinned and hashed, the functions' pins the same as the project's, and no host named.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT_LOCK = ROOT / "requirements.lock"
FUNCTIONS_LOCK = ROOT / "functions" / "requirements.txt"
FUNCTIONS_EXTRAS = ("invoices", "orders")
"""What the functions are deployed with; the Makefile's target `lock` names the same."""
STAMP = "# made from pyproject.toml, dependency tables sha256:"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")


def digest(chosen: tuple[str, ...] | None = None) -> str:
    """The digest of what a lock is made from: the Python floor, dependencies, all extras or the `chosen`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tables = {"requires-python": project["requires-python"], "dependencies": sorted(project["dependencies"])}
    extras = project["optional-dependencies"]
    names = sorted(extras) if chosen is None else sorted(chosen)
    tables["optional-dependencies"] = {name: sorted(extras[name]) for name in names}
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def stamp(path: Path, want: str) -> None:
    """Put the digest in the lock's first line; uv's own heading, with its command line, is dropped."""
    lines = path.read_text(encoding="utf-8").splitlines()
    heading = [STAMP + want, "# by `make lock`; not to be edited by hand"]
    body = [line for line in lines if not line.startswith("#")]
    path.write_text("\n".join([*heading, *body, ""]), encoding="utf-8")


def pins(path: Path) -> dict[str, str]:
    """Each distribution's pinned version in a lock."""
    found = (PIN.match(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {match[1].lower(): match[2] for match in found if match}


def problems(path: Path, want: str) -> list[str]:
    """What is wrong with one lock, in plain words; empty when it is current."""
    name = path.relative_to(ROOT)
    if not path.exists():
        return [f"{name} is missing: run `make lock`"]
    text = path.read_text(encoding="utf-8")
    found = []
    if not text.startswith(STAMP + want + "\n"):
        found.append(f"{name} is older than the dependencies in pyproject.toml: run `make lock`")
    if "://" in text:
        found.append(f"{name} names a host")
    entries = re.split(r"\n(?=[^\s#])", "\n" + text.split("\n", 2)[2])[1:]
    found.extend(
        f"{name} has an entry without a version or a hash: {entry.splitlines()[0]}"
        for entry in entries
        if not PIN.match(entry) or "--hash=sha256:" not in entry
    )
    return found


def main(command: str) -> int:
    """Run `stamp` or `check`; the exit code is 1 where a lock is not current."""
    wanted = {PROJECT_LOCK: digest(), FUNCTIONS_LOCK: digest(FUNCTIONS_EXTRAS)}
    if command == "stamp":
        for path, want in wanted.items():
            stamp(path, want)
        return 0
    found = [problem for path, want in wanted.items() for problem in problems(path, want)]
    if not found:
        ours = pins(PROJECT_LOCK)
        found = [
            f"functions/requirements.txt pins {name} {version}, the project {ours.get(name, 'does not')}"
            for name, version in pins(FUNCTIONS_LOCK).items()
            if ours.get(name) != version
        ]
    for problem in found:
        sys.stderr.write(problem + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
