"""Pictures of every page, in both languages, on a desktop and on a phone: `python -m tests.screenshots`.

A workspace is filled with the demo's requests and a few days go by on its own clock, so that the pictures
come out alike whenever they are taken. All go to `build/screenshots/`; those that the README shows to
`docs/screenshots/`.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from sheetflow.app.links import PAYMENT, REQUEST, WAITING
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.errors import LinkRefused
from sheetflow.model.cells import Cell
from sheetflow.workspace.demo import Player
from sheetflow.workspace.demo_papers import made
from sheetflow.workspace.demo_show import Silent
from sheetflow.workspace.doors import Doors
from sheetflow.workspace.local import LocalWorkspace
from sheetflow.workspace.story_showcase import ENDS, SHOWCASE
from tests.firm import Firm, Hand, text_of
from tests.pages.conftest import ARGUMENTS, CHROMIUM
from tests.pages.sheet_page import SheetPage
from tests.pages.test_form import field, form_of

ROOT = Path(__file__).parent.parent
ALL, BEST = ROOT / "build" / "screenshots", ROOT / "docs" / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
SHOWN = (
    "form-en-phone", "sheet-en-desktop", "mail-en-desktop", "request-en-phone", "waiting-en-phone",
    "calendar-en-desktop", "payment-en-phone", "activity-en-desktop", "sheet-ru-desktop",
)  # fmt: skip
"""The pictures of the README."""
COLORS = 128
FIRST_DAY = "2026-11-24T06:00:00Z"
"""Nine in the morning, by the company's clock."""
PAYEE = "office@expostroy.example"

EURO: dict[str, Cell] = {
    "contractor": "Linea GmbH", "amount": 2380, "currency": "EUR", "pay_by": "2026-12-01", "inn": "",
    "kpp": "", "bik": "", "account": "DE89370400440532013000", "details": "Musterbank, Köln", "vat": "",
    "contractor_email": "", "purpose": "Invoice 2026-1184",
}  # fmt: skip
RENT: dict[str, Cell] = {
    "contractor": "ООО «Причал»", "amount": 318000, "pay_by": "2026-11-26",
    "contractor_email": "rent@prichal.example",
}  # fmt: skip
MORE: dict[str, Sequence[dict[str, Cell]]] = {
    "en": (
        {**RENT, "subject": "Office rent, December", "purpose": "Rent by contract 12, December"},
        {**EURO, "subject": "Drawing software, yearly"},
    ),
    "ru": (
        {**RENT, "subject": "Аренда офиса за декабрь", "purpose": "Аренда по договору 12 за декабрь"},
        {**EURO, "subject": "Чертежная программа на год"},
    ),
}
"""What the demo's requests have not: something urgent, and another currency."""

Look = Callable[[Page, str], None]


class Studio:
    """Takes pictures of one workspace."""

    def __init__(self, browser: Browser, firm: Firm, language: str) -> None:
        self.browser, self.firm, self.language = browser, firm, language
        self.now = datetime.fromisoformat(FIRST_DAY)

    def take(
        self, name: str, who: str, where: str, look: Look | None = None, sizes: Sequence[str] = ()
    ) -> None:
        """Pictures of a page: `look` goes on from where it opens, knowing the size."""
        for size in sizes or SIZES:
            with self._page(who, size) as page:
                page.goto(where if where.startswith("http") else self.firm.url + where)
                if look is not None:
                    look(page, size)
                page.wait_for_timeout(400)  # pictures of a PDF, and what moves in
                keep(f"{name}-{self.language}-{size}", page.screenshot())

    @contextmanager
    def _page(self, who: str, size: str) -> Iterator[Page]:
        width, height = SIZES[size]
        phone = size == "phone"
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, is_mobile=phone, has_touch=phone,
            reduced_motion="reduce", locale=self.language,
        )  # fmt: skip
        likes = {
            "local_account": f"{who}@firm.example",
            "workspace_language": self.language,
            "workspace_theme": "light",
        }
        context.add_cookies([{"name": key, "value": one, "url": self.firm.url} for key, one in likes.items()])
        page = context.new_page()
        page.set_default_timeout(15_000)
        yield page
        context.close()

    def later(self, *, days: int = 0) -> None:
        """Two minutes, or days, after the last time, to the second."""
        self.now += timedelta(days=days) if days else timedelta(minutes=2)
        self.firm.post("/workspace/clock", {"set": self.now.isoformat()})


def keep(name: str, picture: bytes) -> None:
    """Write a picture with few colours, among all and, where the README shows it, among those."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    small = image.quantize(COLORS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    ALL.mkdir(parents=True, exist_ok=True)
    small.save(ALL / f"{name}.png", optimize=True)
    if name in SHOWN:
        BEST.mkdir(parents=True, exist_ok=True)
        shutil.copy(ALL / f"{name}.png", BEST / f"{name}.png")
    sys.stdout.write(f"{name}: {(ALL / f'{name}.png').stat().st_size // 1024} kB\n")


def link_of(firm: Firm, hand: Hand, kind: str, rid: str = "") -> str:
    """The newest link of a kind in somebody's mails; `rid`: about this request."""
    for mail in reversed(hand.mails()):
        for link in re.findall(r"http://127\S+[?]t=\S+", text_of(mail)):
            try:
                claim = firm.runtime.links.read(link.partition("?t=")[2], kind)
            except LinkRefused:
                continue
            if not rid or claim.request == rid:
                return str(link)
    raise AssertionError(f"no link of the kind {kind} for {hand}")


def fill(studio: Studio, language: str) -> dict[str, str]:
    """The first day: requests in every status. Gives the numbers of those that have a name."""
    firm = studio.firm
    firm.post("/workspace/clock", {"set": FIRST_DAY})
    player = Player(Doors(firm.url), firm.runtime.book, Silent())
    player.play_quietly(SHOWCASE, ENDS)
    for cells in MORE[language]:
        player.ids[str(cells["contractor"])] = firm.max.submits(**cells)
    firm.settle()
    firm.olga.picks("Approved", player.ids["ООО «Причал»"])
    firm.settle()
    return player.ids


def tour(studio: Studio, ids: dict[str, str]) -> None:
    """The days after: what each person sees, in the order of a request's life."""
    firm = studio.firm
    stand = ids["stand"]
    studio.later(days=1)
    studio.later()
    firm.place.run_schedule()
    studio.take("home", "mia", "/")
    studio.take("form", "mia", "/form", lambda page, _: _answer(page, studio.language))
    studio.later()
    studio.take("mail", "olga", "/mail", _open_first)
    studio.take("request", "olga", link_of(firm, firm.olga, REQUEST, stand))
    studio.take("waiting", "olga", link_of(firm, firm.olga, WAITING))
    studio.later()
    firm.mia.picks("Approved", ids["haulage"])
    firm.settle()
    studio.take("sheet", "mia", "/sheet", lambda page, _: _note(page, firm, ids["haulage"]))
    studio.later()
    firm.olga.picks("Approved", stand)
    firm.settle()
    order = made("order", studio.language)
    firm.anna.types(
        "payment_order",
        stand,
        firm.anna.uploads(order.name, order.data, firm.place.settled.folders["incoming"]),
    )
    firm.anna.picks("Paid", stand)
    firm.settle()
    studio.take("payment", "anna", link_of(firm, firm.hand(PAYEE), PAYMENT))
    studio.take("drive", "anna", f"/drive#folder={_folder(firm, stand)}", _wait_for("tbody tr"))
    studio.take("activity", "olga", "/activity", _wait_for("#passes tr"))
    studio.later(days=2)
    studio.take("calendar", "anna", "/calendar", _what_if)


def _wait_for(where: str) -> Look:
    return lambda page, _: page.locator(where).first.wait_for()


def _answer(page: Page, language: str) -> None:
    form = form_of(page)
    russian = language == "ru"
    field(form, "subject").fill("Баннеры для выставки" if russian else "Banners for the exhibition")
    field(form, "amount").fill("46 200,00" if russian else "46,200.00")
    field(form, "currency").select_option("RUB")
    field(form, "currency").blur()
    form.evaluate("scrollTo(0, 0)")


def _open_first(page: Page, size: str) -> None:
    page.locator("#threads li a, #threads li [role=link]").first.click()
    page.frame_locator(".letter iframe").locator("h1").first.wait_for()
    if size == "desktop":
        page.mouse.move(5, 400)


def _note(page: Page, firm: Firm, rid: str) -> None:
    """The cell that was put back, with the reason at it."""
    sheet = SheetPage(page, firm)
    cell: Locator = sheet.cell(rid, "status")
    expect(cell).to_have_class(re.compile(r"\bnoted\b"))
    cell.click()
    page.get_by_role("tooltip").wait_for()


def _what_if(page: Page, size: str) -> None:
    for pick in page.locator("input[data-decided]").all()[:3]:
        pick.check()
    if size == "phone":
        page.locator("[data-if] summary").tap()
    page.locator("[data-money=RUB] input").fill("600000")
    page.locator("[data-money=RUB] input").blur()
    page.evaluate("scrollTo(0, 0)")


def _folder(firm: Firm, rid: str) -> str:
    file = firm.row(rid)["payment_order"].partition("/d/")[2].partition("/")[0]
    return str(firm.robot.drive.files().get(fileId=file, fields="parents").execute()["parents"][0])


def main() -> None:
    """Take them all, or those of the languages that are named."""
    if CHROMIUM is None:
        raise SystemExit("no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for language in sys.argv[1:] or LANGUAGES:
            with (
                tempfile.TemporaryDirectory(prefix="sheetflow-pictures-") as folder,
                LocalWorkspace(Path(folder), language=language, scheduled=False) as place,
            ):
                firm = Firm.at(place).shorten()
                studio = Studio(browser, firm, language)
                tour(studio, fill(studio, language))
                firm.close()
        browser.close()


if __name__ == "__main__":
    main()
