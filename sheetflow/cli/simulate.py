"""`sheetflow simulate`: how many messages a company of fifteen gets in a month, before and now."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from sheetflow.cli.screen import Screen

if TYPE_CHECKING:
    from sheetflow.app.simulation.month import Month

ASSUMPTIONS = """\
200 requests a month of 10 managers, 3 approvers and 2 accountants; they come at random over the working
hours, 9 to 18, Monday to Friday; one in ten is due within two days.

Everybody looks at mail at 9:30, 13:00 and 17:00 and at once when it is marked urgent, then decides or pays
all that lies before them. So it is both times: the usual tools are taken to mark what is urgent, too.

Usual: one mail to every participant (requester, approvers, accountants) at every change: submitted, approved,
paid.

Sheetflow: the passes and mails of this very program. A mail's page is live: at each look whoever has a digest
or an urgent mail of the last seven days opens it, and sees what came since.

Later: requests that were decided or paid later than the usual way, compared one by one.
"""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON object.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the chance by which requests come.")
@click.option("--months", type=click.IntRange(1, 12), default=1, show_default=True, help="How long it lasts.")
def simulate(seed: int, months: int, *, as_json: bool) -> None:
    """Count the messages of a month: the usual way, one mail a change, and with digests."""
    from sheetflow.app.simulation import month
    from sheetflow.core.rulebook import Rulebook
    from sheetflow.runtime import load_rulebook_words, templates_folder

    book = Rulebook("en", load_rulebook_words(templates_folder()), "simulation", b"k" * 32)
    before, now = month.simulate(seed, months, book)
    usual, ours = before.messages.total(), now.messages.total()
    assumptions = [" ".join(part.split()) for part in ASSUMPTIONS.split("\n\n")]
    people = {
        role: {"number": number, "usual": _sum(before, role), "sheetflow": _sum(now, role)}
        for role, number in Counter(str(role) for role in month.people().values()).items()
    }
    found = {
        "usual": usual,
        "sheetflow": ours,
        "ratio": round(usual / ours, 2),
        "later": month.later(before, now),
        "seed": seed,
        "months": months,
        "requests": len(now.lives),
        "people": people,
        "assumptions": assumptions,
    }
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    screen = Screen()
    rows = [
        [f"{role} ({each['number']})", str(each["usual"]), str(each["sheetflow"]), _each(each, months)]
        for role, each in people.items()
    ]
    whole = {"number": len(month.people()), "usual": usual, "sheetflow": ours}
    screen.table(
        ["messages to", "usual", "sheetflow", "to each in a month"],
        [*rows, ["everybody", str(usual), str(ours), _each(whole, months)]],
    )
    told = f"{found['ratio']} times fewer; decided or paid later: {found['later']} of {found['requests']}"
    screen.say(f"{told}; seed {seed}")
    for line in assumptions:
        screen.say(f"- {line}", "dim")


def _each(counted: Mapping[str, int], months: int) -> str:
    return f"{counted['sheetflow'] / counted['number'] / months:.1f}"


def _sum(lived: Month, role: str) -> int:
    from sheetflow.app.simulation.month import people

    return sum(lived.messages[who] for who, theirs in people().items() if theirs == role)
