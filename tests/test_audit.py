"""What should not be in the repository, and what it depends on: no secrets, nothing unpinned or unused.

Known vulnerabilities are asked for by `make audit`, for that takes a network.
"""

from __future__ import annotations

import base64
import math
import re
import tomllib
from collections import Counter
from functools import cache

import pytest

from tests.test_repo import LOCKS, ROOT, read, tracked

# Written in halves, so that this file does not hold what it looks for.
SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----"),
    "a Google API key": re.compile(r"AI" + r"za[0-9A-Za-z_-]{35}"),
    "a Google access token": re.compile(r"ya" + r"29\.[0-9A-Za-z_-]{20,}"),
    "a Google refresh token": re.compile(r"1/" + r"/0[0-9A-Za-z_-]{20,}"),
    "a Google client secret": re.compile(r"GOC" + r"SPX-[0-9A-Za-z_-]{20,}"),
    "a token of a chat": re.compile(r"xo" + r"x[abprs]-[0-9A-Za-z-]{10,}"),
    "a token of a forge": re.compile(r"gh" + r"[opsur]_[0-9A-Za-z]{36}|glp" + r"at-[0-9A-Za-z_-]{20}"),
    "a key of a cloud": re.compile(r"AK" + r"IA[0-9A-Z]{16}"),
    "a signed token": re.compile(r"ey" + r"J[\w-]{15,}\.ey" + r"J[\w-]{15,}\.[\w-]{20,}"),
}  # fmt: skip
LITERAL = re.compile(r"[\"']([0-9A-Za-z+/_=-]{32,})[\"']")
RANDOM = 4.3
"""Bits a sign: texts that people write have fewer."""
KNOWN = re.compile(r"(?i)test|example|fake|local")
"""Keys for tests say so in their names or values."""
IMPORTED_AS = {
    "google-auth": "google", "google-api-python-client": "googleapiclient", "python-stdnum": "stdnum",
    "pillow": "PIL", "zxing-cpp": "zxingcpp",
    "pydantic-settings": "pydantic_settings", "functions-framework": "functions_framework",
    "fontpkg-pt-sans": "fontpkg_pt_sans",
}  # fmt: skip

LOADED_BY_OTHERS = {
    "google-auth-httplib2": "googleapiclient, to sign its calls",
    "fontpkg-pt-sans": "fontpkg, by its entry point",
}


def randomness(text: str) -> float:
    """Bits of entropy a sign."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def written(text: str) -> bool:
    """Whether it is a text that somebody wrote, in base64."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").isascii()
    except ValueError:
        return False


def suspicious(line: str) -> str:
    """A long literal that looks drawn by lot, "" where there is none."""
    for found in LITERAL.finditer(line):
        text = found[1]
        mixed = all(re.search(signs, text) for signs in ("[0-9]", "[A-Z]", "[a-z]"))
        if mixed and randomness(text) > RANDOM and not KNOWN.search(line) and not written(text):
            return text
    return ""


@pytest.mark.parametrize("what", SECRETS)
def test_secrets__none_is_in_the_tree(what: str) -> None:
    found = {str(path.relative_to(ROOT)) for path in tracked() if SECRETS[what].search(read(path))}
    assert found == set()


def test_secrets__no_literal_looks_drawn_by_lot() -> None:
    skipped = {*LOCKS, "package-lock.json"}
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.name not in skipped and str(path.relative_to(ROOT)) not in skipped
        for number, line in enumerate(read(path).splitlines(), 1)
        if len(line) >= 34 and suspicious(line)
    }
    assert found == set()


def test_secrets__are_told_apart_from_what_only_looks_like_them() -> None:
    drawn = "q8ZrT4vN1xYb7Kp2L" + "m9Wc5Df0Gh3Js6Ae8Ru"
    assert suspicious(f'key = "{drawn}"') == drawn
    assert suspicious(f'test_key = "{drawn}"') == ""
    assert suspicious('name = "a_long_name_of_a_function_that_does_something"') == ""
    assert SECRETS["a Google access token"].search("ya" + "29.a0AfB_byC1234567890123456789")
    assert SECRETS["a private key"].search("-----BEGIN RSA PRIVATE" + " KEY-----")


# --- what it depends on


@cache
def declared() -> dict[str, list[str]]:
    """Group -> the packages that pyproject.toml names: "" for what everybody installs."""
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        group: [re.split(r"[<>=!~\[; ]", line)[0].lower() for line in lines if "sheetflow[" not in line]
        for group, lines in groups.items()
    }


@cache
def imported() -> set[str]:
    """The top names that the product imports."""
    source = "\n".join(
        read(path) for path in tracked(".py") if path.relative_to(ROOT).parts[0] in ("sheetflow", "functions")
    )
    return set(re.findall(r"^\s*(?:from|import) (\w+)", source, re.MULTILINE))


def test_dependencies__each_is_imported_and_told_in_the_readme() -> None:
    told = read(ROOT / "README.md").partition("## Dependencies")[2]
    for group, names in declared().items():
        for name in names:
            if group != "dev":
                used = name in LOADED_BY_OTHERS or IMPORTED_AS.get(name, name) in imported()
                assert used, f"{name} is used nowhere"
                assert name in told, f"{name} is not in the README"


@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_dependencies__each_is_pinned_by_its_hashes(lock: str) -> None:
    entries = [
        entry for entry in re.split(r"\n(?=[A-Za-z0-9])", read(ROOT / lock)) if "==" in entry.split("\n")[0]
    ]
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+", entry), entry[:60]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:60]


def test_dependencies__the_lock_has_each_that_is_declared() -> None:
    locked = set(re.findall(r"^([a-z0-9._-]+)==", read(ROOT / "requirements.lock"), re.MULTILINE))
    wanted = {name for names in declared().values() for name in names}
    assert wanted - locked == set()
