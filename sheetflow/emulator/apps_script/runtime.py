"""Runs Apps Script projects in QuickJS (dukpy), a fresh interpreter for each run, as Google does.

What a run did to its own global state is gone afterwards. A failed run is a result, never an exception: a
trigger that fails does not fail the edit that fired it.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dukpy

from sheetflow.emulator.apps_script.cells import CellServices
from sheetflow.emulator.apps_script.forms import FormServices
from sheetflow.emulator.apps_script.projects import Project, Projects, Trigger
from sheetflow.emulator.apps_script.services import ScriptError, ScriptServices
from sheetflow.emulator.wire import GoogleError, Json

if TYPE_CHECKING:
    from sheetflow.emulator.emulator import Emulator

RUNS_KEPT = 1000
SHIM, FORMS_SHIM = (
    (Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("shim.js", "forms_shim.js")
)


@dataclass(frozen=True)
class Edit:
    """An edit by a person's hand, as a trigger hears of it.

    Attributes:
        spreadsheet: id.
        sheet_id: the tab.
        box: row, column, rows, columns; from 1.
        user: who edited; "" where Google would not say.
        value: what the cell holds now; None for blank, or when not told.
        old_value: what it held before; None for blank, or when not told.
    """

    spreadsheet: str
    sheet_id: int
    box: tuple[int, int, int, int]
    user: str
    value: float | str | bool | None = None
    old_value: float | str | bool | None = None


@dataclass(frozen=True)
class FormRow:
    """A form's response, as a trigger of the linked spreadsheet hears of it.

    Attributes:
        spreadsheet: id.
        sheet_id: the responses tab.
        box: row, column, rows, columns of the response's cells; from 1.
        values: what the cells show, from the left.
        named: header to the texts below it; headers may repeat.
    """

    spreadsheet: str
    sheet_id: int
    box: tuple[int, int, int, int]
    values: list[str]
    named: dict[str, list[str]]


@dataclass
class Run:
    """One execution: `error` is None where it ended well, `ms` its length, `log` what it printed."""

    project: str
    function: str
    error: str | None = None
    ms: float = 0.0
    log: list[str] = field(default_factory=list)
    value: Any = None

    @property
    def ok(self) -> bool:
        """Whether it ended well."""
        return self.error is None

    def brief(self) -> Json:
        """The run as `/workspace/edit` tells it."""
        return {
            "project": self.project,
            "function": self.function,
            "ok": self.ok,
            "error": self.error,
            "ms": self.ms,
            "log": self.log,
        }


class AppsScript:
    """All projects, and the running of them.

    Attributes:
        projects: source, properties and triggers at rest.
        runs: the last executions, newest last.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.projects = Projects(emulator.store)
        self.runs: deque[Run] = deque(maxlen=RUNS_KEPT)
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def deploy(
        self,
        name: str,
        owner: str,
        source: str,
        properties: Mapping[str, str] | None = None,
        client_id: str | None = None,
    ) -> Project:
        """Create or update a project; see `Projects.deploy`."""
        return self.projects.deploy(name, owner, source, properties, client_id)

    def run(self, name: str, function: str, *args: Any) -> Run:
        """Run a function of a project with JSON arguments, as its owner does in the editor.

        Raises:
            GoogleError: 404 for an unknown project.
        """
        call = f"{function}({', '.join(json.dumps(arg) for arg in args)})"
        return self._execute(
            self.projects.named(name),
            function,
            f"(() => {{ const value = {call}; return value === undefined ? null : value; }})()",
        )

    def edited(self, edit: Edit) -> list[Run]:
        """Run the edit triggers that are installed on the spreadsheet, one after another."""
        event = {
            "spreadsheet": edit.spreadsheet,
            "range": [edit.sheet_id, *edit.box],
            "user": edit.user,
            "value": edit.value,
            "oldValue": edit.old_value,
        }
        found = self.projects.triggers(spreadsheet=edit.spreadsheet, event="ON_EDIT")
        return [self._fire(trigger, "runEdit_", event) for trigger in found]

    def submitted(self, form: str, response: str, row: FormRow | None) -> list[Run]:
        """Run the form-submit triggers of a form and of its linked spreadsheet, one after another."""
        event: Json = {"form": form, "response": response}
        found = self.projects.triggers(spreadsheet=form, event="ON_FORM_SUBMIT")
        runs = [self._fire(trigger, "runFormResponse_", event) for trigger in found]
        if row is None:
            return runs
        event = {
            "spreadsheet": row.spreadsheet,
            "range": [row.sheet_id, *row.box],
            "values": row.values,
            "namedValues": row.named,
        }
        found = self.projects.triggers(spreadsheet=row.spreadsheet, event="ON_FORM_SUBMIT")
        return runs + [self._fire(trigger, "runFormRow_", event) for trigger in found]

    def _fire(self, trigger: Trigger, runner: str, event: Json) -> Run:
        event = {**event, "triggerUid": trigger.id}
        call = f"{runner}({json.dumps(trigger.handler)}, {json.dumps(event)}); null"
        return self._execute(self.projects.get(trigger.project), trigger.handler, call)

    def _execute(self, project: Project, function: str, call: str) -> Run:
        run = Run(project.name, function)
        started = time.perf_counter()
        services = ScriptServices(
            project,
            self.projects,
            self._emulator.identity,
            self._emulator.clock,
            self._lock_of(project.id),
            lambda level, text: run.log.append(f"{level} {text}"),
        )
        cells = CellServices(self._emulator.sheets, project.owner)
        forms = FormServices(self._emulator.forms, project.owner)
        host = _host({**services.handlers(), **cells.handlers(), **forms.handlers()})
        interpreter = dukpy.JSInterpreter()
        interpreter.export_function("host", host)
        try:
            run.value = interpreter.evaljs([SHIM, FORMS_SHIM, project.source, call])
        except dukpy.JSRuntimeError as error:
            run.error = str(error)
        finally:
            services.release()
            run.ms = round((time.perf_counter() - started) * 1000, 3)
            self.runs.append(run)
        return run

    def _lock_of(self, project_id: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(project_id, threading.Lock())


def _host(handlers: Mapping[str, Callable[..., Any]]) -> Callable[[str, list[Any]], Json]:
    """The one function that the shim calls; a service's refusal crosses as {"error": text}."""

    def host(name: str, args: list[Any]) -> Json:
        try:
            return {"ok": handlers[name](*args)}
        except (GoogleError, ScriptError) as error:
            return {"error": str(error)}

    return host
