"""Logs: one JSON object a line on standard output, as Cloud Logging reads them.

A line has ids, counts and milliseconds, no personal data. Texts of errors come from outside, so addresses,
accounts and links' tokens are taken out of them; of a bug only its kind and the lines of our code are
written, for its message may quote a cell.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Mapping
from typing import TextIO

from sheetflow.adapters.calls import Recorder
from sheetflow.errors import ConfigError

TRACE = "logging.googleapis.com/trace"
SPAN = "logging.googleapis.com/spanId"
SAMPLED = "logging.googleapis.com/trace_sampled"
_GOOGLES = re.compile(r"([0-9a-fA-F]{32})(?:/([0-9]{1,20}))?(?:;o=([0-3]))?")
_W3C = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_HIDDEN = (
    (re.compile(r"[^\s\"'<>,;:()]+@[^\s\"'<>,;:()]+"), "(address)"),
    (re.compile(r"https?://\S+"), "(url)"),
    (re.compile(r"(?<![0-9A-Za-z_-])(?=[\w.-]*[0-9_.-])[\w-]{20,}\.[\w.-]{8,}"), "(token)"),
    (re.compile(r"(?<![\w-])\d[\d .,\u00a0-]{3,}\d"), "(number)"),
)


class Lines(logging.StreamHandler[TextIO]):
    """One JSON object a line on whatever standard output is now. `facts` of a record are put into it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        self.stream = sys.stdout
        super().emit(record)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, object] = {"time": f"{second}.{int(record.msecs):03d}+00:00"}
        line |= {"severity": record.levelname, "message": record.getMessage()}
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["stack_trace"] = stack_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def logger(name: str) -> logging.Logger:
    """The logger of that name, which writes such lines."""
    found = logging.getLogger(name)
    if not found.handlers:
        found.addHandler(Lines(sys.stdout))
        found.setLevel(logging.INFO)
        found.propagate = False
    return found


def stack_of(error: BaseException) -> str:
    """Where a bug is: its kind and the lines of code, without what its message says."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{''.join(frames)}{type(error).__name__}"


def hushed(text: str) -> str:
    """A text from outside without addresses, long numbers, and links with their tokens."""
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return text


def trace_facts(headers: Mapping[str, str], project: str) -> dict[str, object]:
    """Which request a line belongs to, as Cloud Logging wants to be told; {} where nothing says so.

    Google's load balancers send `X-Cloud-Trace-Context`, and `traceparent` of W3C's Trace Context.
    `project`: of Google Cloud, "" where it is not known: then the trace's bare id.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    if found := _W3C.fullmatch(sent.get("traceparent", "").strip()):
        trace, span, sampled = found[1], found[2], bool(int(found[3], 16) & 1)
    elif found := _GOOGLES.fullmatch(sent.get("x-cloud-trace-context", "").strip()):
        trace, sampled = found[1].lower(), bool(int(found[3] or 0) & 1)
        span = f"{int(found[2]) % 2**64:016x}" if found[2] else ""
    else:
        return {}
    facts: dict[str, object] = {TRACE: f"projects/{project}/traces/{trace}" if project else trace}
    if span:
        facts[SPAN] = span
    return {**facts, SAMPLED: sampled}


class Entry:
    """What one call of a function was, written as one line when it is over.

    Args:
        log: where it is written.
        function: its name.
        headers: of the call.
        environment: of the deployment: whose queue names the project, and whose spreadsheet is served.
        recorder: of the calls that are made for it.
    """

    def __init__(
        self,
        log: logging.Logger,
        function: str,
        headers: Mapping[str, str],
        environment: Mapping[str, str],
        recorder: Recorder,
    ) -> None:
        self._log, self._function, self._recorder = log, function, recorder
        self._started = time.perf_counter()
        self.spreadsheet = environment.get("SHEETFLOW_SPREADSHEET", "")
        _, _, project = environment.get("SHEETFLOW_QUEUE", "").partition("projects/")
        self._trace = trace_facts(headers, project.partition("/")[0])

    def done(
        self,
        status: int,
        error: Exception | None = None,
        report: Mapping[str, object] | None = None,
        *,
        says: str = "",
        handed_on: str = "",
    ) -> None:
        """Write the line of a call that came to an end.

        Args:
            status: of HTTP, as it was answered.
            error: what it ended with.
            report: of the pass, as JSON.
            says: why, where that is known in words that are ours.
            handed_on: to whom, where others go on with what was not done.
        """
        facts = self._facts(status)
        if handed_on:
            facts["handed_on"] = handed_on
        if report is not None:
            facts["pass"] = report
        busy = status < 400 or status == 503
        level = logging.INFO if status < 400 else logging.WARNING if status < 500 or busy else logging.ERROR
        if report is not None and report.get("halted"):
            level, says = logging.ERROR, "the registry is older than its anchor: nothing is decided"
        message = f"{self._function}: {status}"
        if error is not None:
            facts["error"] = type(error).__name__
            says = says or f"{type(error).__name__}: {hushed(str(error))}"
        if isinstance(error, ConfigError):
            facts["problems"] = [hushed(problem) for problem in error.problems]
        self._log.log(level, f"{message}, {says}" if says else message, extra={"facts": facts})

    def bug(self) -> None:
        """Write the line of a call that an unforeseen exception ended, with where it was."""
        self._log.exception("%s: a bug, the pass stopped", self._function, extra={"facts": self._facts(500)})

    def _facts(self, status: int) -> dict[str, object]:
        milliseconds = round((time.perf_counter() - self._started) * 1_000)
        facts: dict[str, object] = {"function": self._function, "status": status, "ms": milliseconds}
        if self.spreadsheet:
            facts["spreadsheet"] = self.spreadsheet
        return facts | self._recorder.as_dict() | self._trace
