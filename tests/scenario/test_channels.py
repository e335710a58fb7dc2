"""Tasks and the Chat space over the emulator: one task and one message, whatever dies on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from sheetflow.adapters.chat import ChatWebhook
from sheetflow.errors import AccessDenied, ConfigError
from sheetflow.workspace.local import LocalWorkspace
from tests.firm import GOOD, Firm, Hand

GOOD_ACCOUNT = str(GOOD["account"])
SETTINGS = {"digest": "no", "tasks": "yes", "chat": "all"}


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    folder = tmp_path_factory.mktemp("channels")
    with LocalWorkspace(folder, scheduled=False, functions=False, settings=SETTINGS) as place:
        found = Firm.at(place).shorten()
        yield found
        found.close()


def asked(firm: Firm, hand: Hand, path: str, verb: str = "GET", **more: Any) -> Any:
    headers = {"Authorization": f"Bearer local:{hand.address}"}
    answer = requests.request(verb, firm.url + path, headers=headers, timeout=60, **more)
    assert answer.ok, answer.text
    return answer.json()


def tasks_of(firm: Firm, hand: Hand) -> list[dict[str, Any]]:
    """All tasks in a person's list of ours, whatever their state."""
    lists = [
        one["id"]
        for one in asked(firm, hand, "/tasks/v1/users/@me/lists")["items"]
        if one["title"] == "sheetflow"
    ]
    assert len(lists) < 2
    shown = "showCompleted=true&showHidden=true&showDeleted=true"
    return [
        t
        for home in lists
        for t in asked(firm, hand, f"/tasks/v1/lists/{home}/tasks?{shown}").get("items", [])
    ]


def messages(firm: Firm) -> list[dict[str, Any]]:
    space = firm.place.emulator.chat.spaces()[0][0]
    found: list[dict[str, Any]] = asked(firm, firm.mia, f"/v1/spaces/{space}/messages").get("messages", [])
    return found


def fault(firm: Firm, path: str, **more: Any) -> None:
    firm.post("/workspace/faults", {"method": "POST", "path": path, "times": 1, **more})


def test_channels__one_task_and_one_message_though_every_answer_is_lost(firm: Firm) -> None:
    fault(firm, "/tasks/v1/lists/", drop=True, after_effect=True)
    fault(firm, "/v1/spaces/", drop=True, after_effect=True)
    soon = (firm.place.emulator.clock.now() + timedelta(days=1)).date().isoformat()
    rid = firm.mia.submits(pay_by=soon)
    firm.settle()
    for _ in range(3):
        firm.later()
        firm.settle()
    (task,) = tasks_of(firm, firm.olga)
    assert (task["status"], task["due"][:10]) == ("needsAction", soon)
    assert rid in task["title"]
    (message,) = messages(firm)
    assert rid in message["text"]
    assert message["thread"]["threadKey"] == rid
    assert GOOD_ACCOUNT not in message["text"]

    firm.olga.picks("Approved", rid)
    firm.settle()
    assert [one["status"] for one in tasks_of(firm, firm.olga)] == ["completed"]
    assert [one["status"] for one in tasks_of(firm, firm.anna)] == ["needsAction"]
    first, second = messages(firm)  # an urgent payment, in the same conversation
    assert first["thread"] == second["thread"]


def test_channels__one_that_its_person_deleted_stays_deleted(firm: Firm) -> None:
    rid = firm.mia.submits()
    firm.settle()
    task = next(one for one in tasks_of(firm, firm.olga) if rid in one["title"])
    home = task["selfLink"].split("/lists/")[1].split("/")[0]
    headers = {"Authorization": f"Bearer local:{firm.olga.address}"}
    requests.delete(f"{firm.url}/tasks/v1/lists/{home}/tasks/{task['id']}", headers=headers, timeout=60)
    desk = firm.runtime.tasks()
    reference = task["notes"].split()[-1]
    again = desk.open(firm.olga.address, reference, "x", reference, None, firm.place.emulator.clock.now())
    assert again == task["id"]
    assert desk.close(firm.olga.address, reference, firm.place.emulator.clock.now()) == task["id"]
    assert [one.get("deleted") for one in tasks_of(firm, firm.olga) if rid in one["title"]] == [True]


def test_channels__a_webhook_that_is_gone_is_told_once_and_keeps_no_mail(firm: Firm) -> None:
    address = firm.environment["SHEETFLOW_CHAT_WEBHOOK"]
    with pytest.raises(AccessDenied) as error:
        ChatWebhook(address + "x", firm.url).post("0a", "x", "y")
    assert "token=" not in str(error.value)
    soon = (firm.place.emulator.clock.now() + timedelta(days=1)).date().isoformat()
    fault(firm, "/v1/spaces/", status=404)
    before, asked_before = len(firm.ivan.mails()), len(firm.olga.mails())
    firm.mia.submits(pay_by=soon)
    firm.settle()
    assert len(firm.olga.mails()) == asked_before + 1
    assert len(firm.ivan.mails()) == before + 1


@pytest.mark.parametrize(
    "address",
    [
        "http://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t",
        "https://chat.googleapis.com.evil.example/v1/spaces/A/messages?key=k&token=t",
        "https://chat.googleapis.com@evil.example/v1/spaces/A/messages?key=k&token=t",
        "https://chat.googleapis.com:8443/v1/spaces/A/messages?key=k&token=t",
        "https://chat.googleapis.com/v1/spaces/A/../../token?key=k&token=t",
        "https://chat.googleapis.com/v1/spaces/A/messages?key=k",
        "http://169.254.169.254/v1/spaces/A/messages?key=k&token=t",
        "http://127.0.0.1:1/v1/spaces/A/messages?key=k&token=t",
        "http://[::1/v1/spaces/A/messages?key=k&token=t",
    ],
)
def test_channels__a_webhook_leads_to_chat_and_nowhere_else(address: str) -> None:
    with pytest.raises(ConfigError, match="SHEETFLOW_CHAT_WEBHOOK"):
        ChatWebhook(address, "http://127.0.0.1:8765").post("0a", "x", "y")
