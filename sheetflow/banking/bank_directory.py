"""The directory of banks: a bank's name and correspondent account by its BIK.

Decided here: what a directory file says, and whether it can be used: a file with a mistake is refused as a
whole, with all of its mistakes, so that a half-read directory is never in use. Not decided: where the file
comes from and where the directory is kept.

Sources: the Bank of Russia's electronic message ED807 (`BICDirectoryEntry` with a BIK, `ParticipantInfo` with
NameP and Nnp, `Accounts` by RegulationAccountType), as XML or zipped, as the Bank publishes it; or a table in
CSV with a header. Files come from outside: no document type and no entity is accepted, and a zip is read up
to a bound.
"""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from sheetflow.model import requisites
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.requisites import Checked

MAX_BYTES = 64 * 2**20
"""Of one XML file; the whole directory has about 2 MB."""
MAX_FILES = 20
"""In one zip."""
MAX_PROBLEMS = 100
"""Told at once."""

_ZIP = b"PK\x03\x04"
_CORRESPONDENT, _TREASURY = "CRSA", "UTRA"
"""The treasury's single account stands where other banks have their correspondent account."""
_LEAVING = "ACDL"
_DELETED = "DLTD"
_ACCOUNT = re.compile(r"[0-9]{20}")
_COLUMNS: Mapping[str, frozenset[str]] = {
    "bik": frozenset({"бик", "бикбанка", "bik", "bic"}),
    "name": frozenset({"название", "наименование", "банк", "наименованиебанка", "name", "bank", "bankname"}),
    "corr_account": frozenset(
        {
            "кс",
            "корсчет",
            "коррсчет",
            "корреспондентскийсчет",
            "corraccount",
            "correspondentaccount",
            "correspacc",
        }
    ),
    "city": frozenset({"город", "city", "place"}),
}
_NEEDED = ("bik", "name", "corr_account")


class InvalidDirectory(ValueError):
    """A directory that cannot be used; `problems` has every reason, each with where it stands."""

    def __init__(self, problems: Iterable[Invalid]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank; `corr_account` is "" where it has none of its own, `city` where the file does not say."""

    bik: str
    name: str
    corr_account: str
    city: str = ""


def read_ed807(data: bytes) -> dict[str, Bank]:
    """The directory by BIK, from the Bank of Russia's XML, in windows-1251 or UTF-8, or the zip of it.

    Raises:
        InvalidDirectory: "bank-directory-unreadable" (facts: `reason`), "bank-directory-empty", or for each
            entry at fault (facts: `bik`) "bank-name-missing", "bank-twice", "corr-account-length" and those
            of model.requisites.bik.

    >>> banks = read_ed807(
    ...     '''<ED807 xmlns="urn:cbr-ru:ed:v2.0"><BICDirectoryEntry BIC="044525225">
    ...     <ParticipantInfo NameP="ПАО Сбербанк" Nnp="Москва"/>
    ...     <Accounts Account="30101810400000000225" RegulationAccountType="CRSA"/>
    ...     </BICDirectoryEntry></ED807>'''.encode()
    ... )
    >>> banks["044525225"]
    Bank(bik='044525225', name='ПАО Сбербанк', corr_account='30101810400000000225', city='Москва')
    """
    entries = _Entries()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = entries.open
    parser.EndElementHandler = entries.close
    parser.StartDoctypeDeclHandler = _no_document_type
    try:
        parser.Parse(_unzipped(data), True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as error:
        raise _unusable(f"line {error.lineno}, column {error.offset}") from None
    except InvalidDirectory:
        raise
    except (LookupError, ValueError):
        raise _unusable("encoding") from None
    if entries.root != "ED807":
        raise _unusable("not ED807")
    return _directory(entries.banks, entries.problems)


def read_csv(text: str) -> dict[str, Bank]:
    r"""The directory by BIK, from a table with a header, divided by semicolons, commas or tabs.

    Columns are known by their header, English or Russian: BIK, name, corr. account and, if it is there, city.
    A BIK that lost its leading zero gets it back.

    Raises:
        InvalidDirectory: "bank-directory-unreadable", "bank-directory-columns" (facts: `missing`),
            "bank-directory-empty", or for each row at fault (facts: `row`, counted with the header)
            "bank-name-missing", "bank-twice" and those of model.requisites.bik and corr_account.

    >>> read_csv("БИК;Банк;К/С\n44525225;ПАО Сбербанк;30101810400000000225")["044525225"].name
    'ПАО Сбербанк'
    >>> read_csv("БИК;Банк;К/С\n044525225;;30101810400000000226")
    Traceback (most recent call last):
    sheetflow.banking.bank_directory.InvalidDirectory: bank-name-missing (row='2')
    corr-account-other-bank (value='30101810400000000226', bik='044525225', row='2')
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=max(";,\t", key=first.count)))
    except csv.Error as error:
        raise _unusable(str(error)) from None
    places = _places(rows[0] if rows else [])
    banks: list[Bank] = []
    problems: list[Invalid] = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        said = {key: row[place].strip() if place < len(row) else "" for key, place in places.items()}
        where = {"row": str(number)}
        bik = _checked(where, problems, requisites.bik, said["bik"])
        if not said["name"]:
            problems.append(Invalid("bank-name-missing", where))
        account = said["corr_account"]
        if account and bik:
            account = _checked(where, problems, requisites.corr_account, account, bik)
        if bik:
            banks.append(Bank(bik, said["name"], account, said.get("city", "")))
    return _directory(banks, problems)


@dataclass(slots=True)
class _Entries:
    """What expat calls while it reads; names are without their namespace."""

    root: str = ""
    banks: list[Bank] = field(default_factory=list)
    problems: list[Invalid] = field(default_factory=list)
    bik: str | None = None
    about: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)

    def open(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self.root = self.root or name
        if name == "BICDirectoryEntry":
            deleted = attributes.get("ChangeType") == _DELETED
            self.bik = None if deleted else attributes.get("BIC", "")
            self.about, self.accounts = {}, {}
        elif name == "ParticipantInfo":
            self.about = attributes
        elif name == "Accounts" and attributes.get("AccountStatus") != _LEAVING:
            self.accounts.setdefault(
                attributes.get("RegulationAccountType", ""), attributes.get("Account", "")
            )

    def close(self, name: str) -> None:
        if name.rpartition(" ")[2] != "BICDirectoryEntry" or self.bik is None:
            return
        where = {"bik": shown(self.bik)}
        bik = _checked(where, self.problems, requisites.bik, self.bik)
        title = " ".join(self.about.get("NameP", "").split())
        account = self.accounts.get(_CORRESPONDENT) or self.accounts.get(_TREASURY, "")
        if not title:
            self.problems.append(Invalid("bank-name-missing", where))
        if account and not _ACCOUNT.fullmatch(account):  # its key is the Bank of Russia's own business
            facts = {"value": shown(account), "length": str(len(account)), **where}
            self.problems.append(Invalid("corr-account-length", facts))
        if bik:
            self.banks.append(Bank(bik, title, account, self.about.get("Nnp", "").strip()))
        self.bik = None


def _directory(banks: Iterable[Bank], problems: list[Invalid]) -> dict[str, Bank]:
    directory: dict[str, Bank] = {}
    problems.extend(
        Invalid("bank-twice", {"bik": bank.bik, "value": shown(bank.name)})
        for bank in banks
        if directory.setdefault(bank.bik, bank) != bank
    )
    if problems:
        raise InvalidDirectory(problems[:MAX_PROBLEMS])
    if not directory:
        raise InvalidDirectory([Invalid("bank-directory-empty")])
    return directory


def _checked(
    where: Mapping[str, str], problems: list[Invalid], check: Callable[..., Checked], *cells: str
) -> str:
    """The value of a check, or "" and one problem more, with where it stands."""
    try:
        return check(*cells).value
    except Invalid as problem:
        problems.append(Invalid(problem.code, {**problem.facts, **where}))
        return ""


def _places(header: list[str]) -> dict[str, int]:
    plain = ["".join(filter(str.isalnum, title.lower().replace("ё", "е"))) for title in header]
    places = {
        key: next(place for place, title in enumerate(plain) if title in titles)
        for key, titles in _COLUMNS.items()
        if titles.intersection(plain)
    }
    missing = [key for key in _NEEDED if key not in places]
    if missing:
        raise InvalidDirectory([Invalid("bank-directory-columns", {"missing": ", ".join(missing)})])
    return places


def _unusable(reason: str) -> InvalidDirectory:
    return InvalidDirectory([Invalid("bank-directory-unreadable", {"reason": reason})])


def _no_document_type(*_: object) -> None:
    raise _unusable("document type")


def _unzipped(data: bytes) -> bytes:
    """The XML of a zip; what is no zip stays as it is."""
    if not data.startswith(_ZIP):
        if len(data) > MAX_BYTES:
            raise _unusable("too large")
        return data
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".xml")]
            if len(archive.infolist()) > MAX_FILES or len(names) != 1:
                raise _unusable("not one XML file in the zip")
            with archive.open(names[0]) as stream:
                text = stream.read(MAX_BYTES + 1)  # by what comes out, whatever the zip says
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error):
        raise _unusable("zip") from None  # damaged, locked by a password, or of an unknown method
    if len(text) > MAX_BYTES:
        raise _unusable("too large")
    return text
