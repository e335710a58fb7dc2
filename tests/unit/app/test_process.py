"""Passes over a registry that people sort, copy, delete and type over: nothing lost, nobody miscredited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetflow.core import projection
from sheetflow.errors import ConcurrentEdit, Unavailable
from sheetflow.model.cells import canonical
from sheetflow.model.snapshot import Row
from sheetflow.ports import Commit, Receipt
from tests import tables
from tests.desk import ADA, ADMIN, ANNA, BOTH, GOOD, HEAD, MAX, MIA, STRANGER, Desk

GRACE = timedelta(seconds=61)


@pytest.fixture
def desk() -> Desk:
    found = Desk()
    found.run()  # people and settings are recorded
    found.sheet.reads = found.sheet.commits = 0
    return found


# --- what a pass costs


def test_calls__a_pass_with_nothing_to_do_is_one_read(desk: Desk) -> None:
    desk.run()
    assert (desk.sheet.reads, desk.sheet.commits) == (1, 0)


def test_calls__an_accepted_edit_is_one_read_and_one_write_and_one_more_for_the_marks(desk: Desk) -> None:
    rid = desk.submitted()
    desk.sheet.reads = desk.sheet.commits = 0
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert (desk.sheet.reads, desk.sheet.commits) == (1, 2)
    assert desk.outbox_states().count("sent") == len(desk.outbox_states())


def test_calls__a_burst_of_a_hundred_edits_costs_the_same_as_one(desk: Desk) -> None:
    rids = [desk.type(MIA, **GOOD) for _ in range(9)]
    desk.run()
    for rid in rids:
        for number in range(11):
            desk.edit(MIA, rid, "subject", f"Paper {number}")
        desk.status(MIA, rid, "Submitted")
    desk.sheet.reads = desk.sheet.commits = 0
    desk.run()
    assert (desk.sheet.reads, desk.sheet.commits) == (1, 2)
    assert {desk.accepted(rid) for rid in rids} == {"Submitted"}
    assert {desk.cell(rid, "subject") for rid in rids} == {"Paper 10"}


def test_calls__a_served_edit_is_served_once(desk: Desk) -> None:
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    desk.run()
    commits = desk.sheet.commits
    desk.run()
    desk.run()
    assert desk.sheet.commits == commits


# --- the whole way


def test_way__typed_submitted_approved_paid(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD)
    desk.run()
    assert tables.same(
        desk.show("id", "status", "confirmed"), f"id | status | confirmed\n{rid} | Draft | Draft"
    )
    for who, status in ((MIA, "Submitted"), (HEAD, "Approved"), (ANNA, "Paid")):
        desk.status(who, rid, status)
        desk.run()
        assert desk.confirmed(rid) == status
    assert desk.events(rid) == [("RequestSubmitted", MIA), ("RequestApproved", HEAD), ("RequestPaid", ANNA)]
    assert desk.letters() == [
        (HEAD, "approve"),
        (BOTH, "approve"),
        (MIA, "approved"),
        (ANNA, "to-pay"),
        (ADA, "to-pay"),
        (BOTH, "to-pay"),
        (MIA, "paid"),
        ("pay@romashka.example", "contractor-paid"),
    ]
    desk.verify()


def test_way__returned_for_rework_and_submitted_again(desk: Desk) -> None:
    rid = desk.submitted()
    desk.status(HEAD, rid, "Returned")
    desk.run()
    assert (desk.accepted(rid), desk.cell(rid, "status")) == ("Submitted", "Returned")
    desk.comment(HEAD, rid, "The invoice number is missing")
    desk.run()
    assert desk.accepted(rid) == "Returned"
    assert desk.letters() == [(MIA, "returned")]
    desk.edit(MIA, rid, "invoice_no", "17")
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    desk.verify()


def test_way__submitted_by_one_and_approved_by_the_other_between_two_passes(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status(MIA, rid, "Submitted")
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.events(rid) == [("RequestSubmitted", MIA), ("RequestApproved", HEAD)]
    assert (HEAD, "approve") not in desk.letters()


def test_way__a_russian_registry(desk: Desk) -> None:
    russian = Desk(language="ru")
    rid = russian.approved()
    assert russian.confirmed(rid) == "Согласован к оплате"
    russian.status(MAX, rid, "Paid")
    russian.run()
    assert russian.cell(rid, "status") == "Согласован к оплате"
    assert "right-role" in russian.sheet.notes[(rid, "status")]


# --- unlawful acts are put back, and never show


@pytest.mark.parametrize(
    ("who", "rule"),
    [
        (MIA, "right-role"),
        (ANNA, "right-role"),
        (ADMIN, "right-role"),
        (STRANGER, "known-person"),
        ("", "known-person"),
    ],
)
def test_put_back__an_approval_by_somebody_else(desk: Desk, who: str, rule: str) -> None:
    rid = desk.submitted()
    desk.status(who, rid, "Approved")
    assert desk.confirmed(rid) == "Submitted"
    desk.run()
    assert (desk.cell(rid, "status"), desk.accepted(rid)) == ("Submitted", "Submitted")
    assert f"[{rule}]" in desk.sheet.notes[(rid, "status")]
    assert desk.letters() == ([(who, "put-back")] if who else [])
    desk.verify()


def test_put_back__a_swapped_account_never_shows_as_approved(desk: Desk) -> None:
    rid = desk.approved()
    desk.edit(MIA, rid, "account", "40702810900000005555")
    assert desk.confirmed(rid) == ""
    desk.run()
    assert desk.cell(rid, "account") == GOOD["account"]
    assert desk.confirmed(rid) == "Approved"
    assert desk.letters() == [(MIA, "put-back")]


def test_put_back__an_account_that_a_program_swapped_goes_back_at_once_and_nobody_is_blamed(
    desk: Desk,
) -> None:
    rid = desk.approved()
    desk.edit(MIA, rid, "account", "40702810900000005555", seen=False)
    assert desk.confirmed(rid) == ""
    desk.run()
    assert desk.cell(rid, "account") == GOOD["account"]
    assert desk.letters() == []
    assert desk.events(rid)[-1] == ("EditRefused", "unknown")


def test_put_back__a_status_that_nobody_is_known_to_have_picked_waits_then_goes_back_and_is_asked_about(
    desk: Desk,
) -> None:
    rid = desk.submitted()
    desk.edit(HEAD, rid, "status", "Approved", seen=False)
    desk.run()
    assert (desk.cell(rid, "status"), desk.accepted(rid)) == ("Approved", "Submitted")
    desk.run(later=GRACE)
    assert (desk.cell(rid, "status"), desk.accepted(rid)) == ("Submitted", "Submitted")
    assert desk.letters() == [(HEAD, "confirm-status"), (BOTH, "confirm-status")]


def test_put_back__a_status_that_nobody_could_have_picked_goes_back_at_once(desk: Desk) -> None:
    rid = desk.submitted()
    desk.edit(HEAD, rid, "status", "Paid", seen=False)
    desk.run()
    assert desk.cell(rid, "status") == "Submitted"


def test_put_back__one_message_for_many_edits(desk: Desk) -> None:
    rids = [desk.approved() for _ in range(5)]
    for rid in rids:
        desk.edit(MAX, rid, "amount", 1)
    desk.run()
    assert desk.letters() == [(MAX, "put-back")]
    assert [desk.cell(rid, "amount") for rid in rids] == [GOOD["amount"]] * 5


# --- late and reordered edits


def test_late__an_approval_whose_edit_comes_after_the_put_back_still_counts(desk: Desk) -> None:
    rid = desk.submitted()
    event = desk.edit(HEAD, rid, "status", "Approved", deliver=False)
    desk.run()
    desk.run(later=GRACE)
    assert desk.cell(rid, "status") == "Submitted"
    desk.sheet.inbox.append(event)
    desk.run()
    assert (desk.cell(rid, "status"), desk.accepted(rid)) == ("Approved", "Approved")
    assert ("RequestApproved", HEAD) in desk.events(rid)


def test_late__a_submit_that_overtakes_the_typing_waits_for_it(desk: Desk) -> None:
    rid = desk.type(MIA, **{**GOOD, "amount": ""})
    desk.run()
    amount = desk.edit(MIA, rid, "amount", 700, deliver=False)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert (desk.accepted(rid), desk.cell(rid, "status")) == ("Draft", "Submitted")
    desk.sheet.inbox.append(amount)
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert desk.cell(rid, "amount") == 700
    assert desk.refusals == []


def test_late__typing_that_is_never_explained_is_taken_as_unknown_and_payee_fields_must_be_confirmed(
    desk: Desk,
) -> None:
    rid = desk.type(MIA, **{**GOOD, "account": ""})
    desk.run()
    desk.edit(MAX, rid, "account", GOOD["account"], seen=False)
    desk.edit(MAX, rid, "subject", "Pencils", seen=False)
    desk.run()
    desk.run(later=GRACE)
    assert "Account" in desk.checks(rid)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.refusals == ["payee-author-known"]
    assert (desk.accepted(rid), desk.cell(rid, "subject")) == ("Draft", "Pencils")


def test_reordered__edits_of_one_cell_are_linked_by_their_values(desk: Desk) -> None:
    rid = desk.submitted()
    first = desk.edit(HEAD, rid, "status", "Approved", deliver=False)
    second = desk.edit(ANNA, rid, "status", "Paid", deliver=False)
    desk.sheet.inbox += [second, first]
    desk.run()
    assert desk.accepted(rid) == "Paid"
    assert desk.events(rid)[-2:] == [("RequestApproved", HEAD), ("RequestPaid", ANNA)]


def test_undone__an_approval_taken_back_before_anybody_saw_it_never_was(desk: Desk) -> None:
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    desk.status(HEAD, rid, "Submitted")
    desk.run()
    assert (desk.accepted(rid), desk.refusals) == ("Submitted", [])


def test_wish__counts_even_where_the_cell_was_overwritten(desk: Desk) -> None:
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    desk.status(MAX, rid, "Draft")
    desk.run()
    assert (desk.accepted(rid), desk.cell(rid, "status")) == ("Approved", "Approved")
    assert desk.letters()[-1] == (MAX, "put-back")


def test_seen__an_approval_of_a_row_that_was_changed_meanwhile_does_not_count(desk: Desk) -> None:
    rid = desk.submitted()
    desk.edit(MIA, rid, "amount", 99)
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert "approved-as-seen" in desk.refusals
    assert desk.cell(rid, "amount") == GOOD["amount"]


def test_two_people__each_is_judged_and_credited_alone(desk: Desk) -> None:
    mine, other = desk.submitted(), desk.submitted(MAX)
    desk.status(HEAD, mine, "Approved")
    desk.status(MIA, other, "Approved")
    desk.run()
    assert (desk.accepted(mine), desk.accepted(other)) == ("Approved", "Submitted")
    assert ("RequestApproved", MIA) not in desk.events()


def test_colleague__cannot_change_anothers_draft(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MAX, rid, "account", "40702810900000005555")
    desk.run()
    assert desk.cell(rid, "account") == GOOD["account"]
    assert desk.letters() == [(MAX, "put-back")]


# --- what people do to rows


def test_rows__sorted(desk: Desk) -> None:
    rids = [desk.approved(subject=f"Paper {n}") for n in range(4)]
    desk.status(ANNA, rids[1], "Paid")
    desk.sheet.rows.reverse()
    commits = desk.sheet.commits
    desk.run()
    assert [desk.accepted(rid) for rid in rids] == ["Approved", "Paid", "Approved", "Approved"]
    assert [desk.cell(rid, "subject") for rid in rids] == ["Paper 0", "Paper 1", "Paper 2", "Paper 3"]
    assert desk.sheet.commits == commits + 2
    desk.verify()


def test_rows__inserted_in_between(desk: Desk) -> None:
    rid = desk.approved()
    desk.sheet.rows.insert(0, [])
    new = desk.type(MAX, **GOOD)
    desk.sheet.rows.insert(0, [])
    desk.run()
    assert (desk.accepted(rid), desk.accepted(new)) == ("Approved", "Draft")


def test_rows__a_deleted_submitted_row_comes_back(desk: Desk) -> None:
    rid = desk.approved()
    other = desk.submitted(MAX)
    del desk.sheet.rows[desk.row_of(rid)]
    desk.run()
    assert desk.cell(rid, "account") == GOOD["account"]
    assert (desk.cell(rid, "status"), desk.confirmed(rid)) == ("Approved", "Approved")
    assert desk.accepted(other) == "Submitted"
    desk.verify()


def test_rows__a_deleted_draft_stays_deleted_and_is_kept_for_a_while(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD)
    desk.run()
    row = desk.sheet.rows.pop(desk.row_of(rid))
    desk.run()
    assert "deleted" in str(desk.state_row(rid)[11])
    desk.sheet.rows.append(row)  # undo
    desk.run()
    assert "deleted" not in str(desk.state_row(rid)[11])
    del desk.sheet.rows[desk.row_of(rid)]
    desk.run()
    desk.run(later=timedelta(days=31))
    assert not [state for state in desk.sheet.state if state and state[0] == rid]


def test_rows__a_copied_row_gets_a_number_of_its_own_and_nothing_of_the_approval(desk: Desk) -> None:
    rid = desk.approved()
    desk.sheet.rows.append(list(desk.sheet.rows[desk.row_of(rid)]))
    assert desk.confirmed(rid) == ""
    copy = {key: canonical(desk.sheet.rows[0][place]) for key, place in desk.sheet.columns().items()}
    desk.sheet.inbox.append(
        desk.event(MAX, [(rid, [(key, None, value) for key, value in copy.items() if value])], exact=False)
    )
    desk.run()
    new = str(desk.sheet.rows[1][0])
    assert new != rid
    assert int(new.removeprefix("PR-")) % 2 == 1
    assert (desk.accepted(rid), desk.confirmed(rid)) == ("Approved", "Approved")
    assert (desk.accepted(new), desk.cell(new, "status")) == ("Draft", "Draft")
    assert desk.letters() == []
    assert desk.state_row(rid)[9:11] == ["Approved", ""]
    desk.verify()


def test_rows__pasted_over_another_row(desk: Desk) -> None:
    """One row pasted over another: the covered request comes back, the copy is a new draft."""
    first, second = desk.approved(subject="First"), desk.approved(subject="Second")
    desk.sheet.rows[desk.row_of(second)] = list(desk.sheet.rows[desk.row_of(first)])
    desk.run()
    desk.run(later=GRACE)
    assert desk.cell(first, "subject") == "First"
    assert desk.cell(second, "subject") == "Second"
    assert (desk.confirmed(first), desk.confirmed(second)) == ("Approved", "Approved")
    desk.verify()


def test_rows__an_id_typed_over_is_restored(desk: Desk) -> None:
    rid = desk.approved()
    row = desk.row_of(rid)
    desk.sheet.rows[row][0] = "mine"
    assert desk.confirmed(rid) == ""
    desk.sheet.inbox.append(desk.event(MAX, [("mine", [("id", rid, "mine")])], exact=True))
    desk.run()
    assert desk.sheet.rows[row][0] == rid
    assert desk.confirmed(rid) == "Approved"
    assert desk.letters() == [(MAX, "put-back")]
    assert desk.refusals == ["id-is-kept"]


def test_rows__an_id_wiped_by_a_program_is_found_again_by_content(desk: Desk) -> None:
    rid = desk.approved(subject="Unique")
    row = desk.row_of(rid)
    desk.sheet.rows[row][0] = ""
    desk.run()
    assert desk.sheet.rows[row][0] == rid
    assert len([r for r in desk.sheet.rows if any(r)]) == 1


def test_rows__an_id_typed_over_with_another_requests_id(desk: Desk) -> None:
    first, second = desk.approved(subject="First"), desk.approved(subject="Second")
    row = desk.row_of(second)
    desk.sheet.rows[row][0] = first
    desk.run()
    desk.run(later=GRACE)
    assert {desk.cell(first, "subject"), desk.cell(second, "subject")} == {"First", "Second"}
    assert (desk.confirmed(first), desk.confirmed(second)) == ("Approved", "Approved")
    desk.verify()


def test_rows__columns_moved_and_added(desk: Desk) -> None:
    rid = desk.approved()
    for row in (desk.sheet.header, *desk.sheet.rows):
        row.insert(3, row.pop(10))  # type: ignore[attr-defined]
        row.insert(0, "mine")  # type: ignore[attr-defined]
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert (desk.accepted(rid), desk.confirmed(rid)) == ("Paid", "Paid")


def test_rows__typed_by_a_program_get_a_number_and_wait(desk: Desk) -> None:
    columns = desk.sheet.columns()
    row: list[object] = [""] * len(desk.sheet.header)
    for key, value in GOOD.items():
        row[columns[key]] = value
    desk.sheet.rows.append(row)  # type: ignore[arg-type]
    desk.run()
    rid = str(desk.sheet.rows[0][0])
    assert (rid, desk.sheet.rows[0][1]) == ("PR-000001", "Draft")
    desk.run(later=GRACE)
    assert desk.state_row(rid)[4] == ""
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.refusals == ["payee-author-known"]


# --- races


def test_race__a_revert_that_meets_a_sort_is_repaired(desk: Desk) -> None:
    first, second = desk.approved(subject="First"), desk.approved(subject="Second")
    desk.edit(MAX, first, "amount", 1)
    desk.sheet.before_commit = desk.sheet.rows.reverse
    report = desk.run()
    assert report.repaired > 0
    assert [desk.cell(rid, "amount") for rid in (first, second)] == [GOOD["amount"]] * 2
    assert [desk.cell(rid, "subject") for rid in (first, second)] == ["First", "Second"]


def test_race__a_number_that_meets_an_insert_is_repaired(desk: Desk) -> None:
    old = desk.approved(subject="Old")
    columns = desk.sheet.columns()
    row: Row = [GOOD.get(key, "") for key in columns]
    desk.sheet.rows.insert(0, list(row))
    desk.sheet.before_commit = lambda: desk.sheet.rows.insert(0, [])
    desk.run()
    desk.run()
    ids = [str(r[0]) for r in desk.sheet.rows if r and any(r)]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 2
    assert desk.cell(old, "subject") == "Old"
    assert desk.confirmed(old) == "Approved"


def test_race__a_revert_that_meets_a_lawful_edit_loses_nothing(desk: Desk) -> None:
    rid = desk.submitted()
    desk.status(MAX, rid, "Approved")

    def approve() -> None:
        desk.status(HEAD, rid, "Approved")

    desk.sheet.before_commit = approve
    desk.run()
    desk.run()
    assert (desk.accepted(rid), desk.cell(rid, "status")) == ("Approved", "Approved")
    assert desk.events(rid)[-1] == ("RequestApproved", HEAD)


def test_race__a_lawful_field_edit_that_a_revert_wrote_over_is_restored(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MAX, rid, "subject", "Nonsense")
    desk.sheet.before_commit = lambda: desk.edit(MIA, rid, "subject", "Better paper")
    desk.run()
    assert desk.cell(rid, "subject") == GOOD["subject"]
    desk.run()
    desk.run(later=GRACE)
    assert desk.cell(rid, "subject") == "Better paper"


def test_race__two_instances_on_one_token(desk: Desk) -> None:
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    other = desk.process()
    desk.sheet.before_commit = lambda: other.run()
    report = desk.run()
    assert report.lost_races == 1
    assert desk.events(rid).count(("RequestApproved", HEAD)) == 1
    assert len(desk.letters()) == len(set(desk.letters()))
    desk.verify()


def test_race__losing_for_ever_gives_up_without_a_loss(desk: Desk) -> None:
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    commit = desk.sheet.commit

    def lose(_commit: Commit) -> Receipt:
        raise ConcurrentEdit("Sheets", "somebody was first")

    desk.sheet.commit = lose  # type: ignore[method-assign, assignment]
    with pytest.raises(ConcurrentEdit):
        desk.run()
    desk.sheet.commit = commit  # type: ignore[method-assign]
    desk.run()
    assert desk.accepted(rid) == "Approved"


@pytest.mark.parametrize("took_effect", [True, False])
@pytest.mark.parametrize("which", [1, 2])
def test_lost_answer__of_a_commit(desk: Desk, which: int, took_effect: bool) -> None:
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    commit, calls = desk.sheet.commit, 0

    def lossy(given: Commit) -> Receipt:
        nonlocal calls
        calls += 1
        if calls == which:
            if took_effect:
                commit(given)
            raise Unavailable("Sheets", "no answer")
        return commit(given)

    desk.sheet.commit = lossy  # type: ignore[method-assign, assignment]
    desk.run()
    assert desk.events(rid) == [("RequestSubmitted", MIA), ("RequestApproved", HEAD)]
    assert len(desk.letters()) == len(set(desk.letters())) == 4
    assert set(desk.outbox_states()) == {"sent"}
    desk.verify()


# --- mail


def test_mail__a_send_in_doubt_is_asked_about_and_not_sent_twice(desk: Desk) -> None:
    rid = desk.submitted()
    sent = desk.mail.sent

    def lost(message: object) -> None:
        desk.mail.fail = lambda _message: None
        sent.append(message)  # type: ignore[arg-type]
        raise Unavailable("Gmail", "no answer")

    desk.mail.fail = lost
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.outbox_states().count("doubt") == 1
    desk.run(later=timedelta(minutes=3))
    assert desk.outbox_states().count("doubt") == 0
    assert len(desk.letters()) == len(set(desk.letters())) == 4


def test_mail__a_run_that_died_before_sending_is_taken_over_when_its_lease_is_over(desk: Desk) -> None:
    rid = desk.submitted()

    def die(_message: object) -> None:
        raise KeyboardInterrupt

    desk.mail.fail = die
    desk.status(HEAD, rid, "Approved")
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    desk.mail.fail = lambda _message: None
    desk.run()
    assert desk.letters() == []
    desk.run(later=timedelta(minutes=6))
    assert len(desk.letters()) == 4
    assert set(desk.outbox_states()) == {"sent"}


def test_race__a_refused_edit_of_a_draft_puts_back_nothing_but_itself(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MAX, rid, "subject", "Nonsense")
    desk.edit(MIA, rid, "subject", "Better paper", deliver=False)  # her trigger is late
    desk.run()
    assert desk.cell(rid, "subject") == "Better paper"
    desk.run(later=GRACE)
    assert desk.cell(rid, "subject") == "Better paper"
    assert desk.state_row(rid)[projection.FIRST_INPUT] == "Better paper"
