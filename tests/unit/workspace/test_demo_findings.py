"""The demo does not show as right what is wrong: an attachment, a warning, a completed cell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheetflow.workspace.demo_findings import Findings
from sheetflow.workspace.demo_show import DemoFailed, Silent
from sheetflow.workspace.doors import Doors, File, Mail
from sheetflow.workspace.frame import Frame
from sheetflow.workspace.story import Review, Step, Told
from tests.desk import ANNA, MIA, book

ORDER = File("Order.pdf", b"%PDF-1.4 order")
NOTICE = Mail("1", "s", "t", "Paid", "", "", ANNA, (replace(ORDER, name="PR-000001 Order.pdf"),))
STEP = Step("", Told("looks", "смотрит"), Review("stand"))
ROW = dict.fromkeys(("checks", "inn", "invoice", "payment_order"), "")


@pytest.fixture
def findings() -> Findings:
    return Findings(Doors(""), book("en"), None, Silent(), Frame("en"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "mails",
    [
        [],
        [replace(NOTICE, files=())],
        [replace(NOTICE, files=(replace(NOTICE.files[0], data=b"%PDF-1.4 orde"),))],
        [replace(NOTICE, reply_to=MIA)],
        [NOTICE, NOTICE],
    ],
    ids=["no mail", "no file", "another content", "answers to another", "twice"],
)
def test_attachment__must_be_there_once_as_it_is(findings: Findings, mails: list[Mail]) -> None:
    findings.look_at_attachment(ORDER, ANNA, [replace(NOTICE, files=()), NOTICE])
    with pytest.raises(DemoFailed):
        findings.look_at_attachment(ORDER, ANNA, mails)


def test_complete__waits_for_all_that_the_step_names(findings: Findings) -> None:
    warned = replace(STEP, warned="account-not-in-book")
    assert not findings.complete(warned, ROW | {"checks": "Still needed: INN."})
    said = book("en").own.sentence("warnings", "account-not-in-book", {"account": "1", "known": "2, 3"})
    assert findings.complete(warned, ROW | {"checks": f"{said} No invoice is attached."})
    assert not findings.complete(replace(STEP, filled=("inn",)), ROW)
    assert findings.complete(replace(STEP, filled=("inn",)), ROW | {"inn": "7"})
    assert not findings.complete(replace(STEP, filed=("invoice", "order")), ROW | {"invoice": "link"})
