"""Names of API calls, as the call log tells them: `sheets.values.batchGet`, `gmail.messages.send`, ….

The names are those of Google's discovery documents, without the parts that every call of a service shares.
The chunks of a resumable upload, which have no name there, are `drive.files.upload`.
"""

from __future__ import annotations

import re

_GMAIL = r"(?:/resumable)?(?:/upload)?/gmail/v1/users/[^/]+"
_SETTINGS = "sendAs|filters|forwardingAddresses|delegates"
_ROUTES = (
    ("GET", r"/v4/spreadsheets/[^/:]+/values:batchGet", "sheets.values.batchGet"),
    ("POST", r"/v4/spreadsheets/[^/:]+/values:(?P<verb>\w+)", "sheets.values.{verb}"),
    ("POST", r"/v4/spreadsheets/[^/:]+/values/.*:append", "sheets.values.append"),
    ("POST", r"/v4/spreadsheets/[^/:]+/values/.*:clear", "sheets.values.clear"),
    ("GET", r"/v4/spreadsheets/[^/:]+/values/.*", "sheets.values.get"),
    ("PUT", r"/v4/spreadsheets/[^/:]+/values/.*", "sheets.values.update"),
    ("POST", r"/v4/spreadsheets/[^/:]+/sheets/[^/:]+:copyTo", "sheets.sheets.copyTo"),
    ("GET", r"/v4/spreadsheets/[^/:]+/developerMetadata/.*", "sheets.developerMetadata.get"),
    ("POST", r"/v4/spreadsheets/[^/:]+/developerMetadata:search", "sheets.developerMetadata.search"),
    ("POST", r"/v4/spreadsheets/[^/:]+:(?P<verb>\w+)", "sheets.{verb}"),
    ("GET", r"/v4/spreadsheets/[^/:]+", "sheets.get"),
    ("POST", r"/v4/spreadsheets", "sheets.create"),
    ("GET", rf"{_GMAIL}/profile", "gmail.getProfile"),
    ("POST", rf"{_GMAIL}/(?P<verb>watch|stop)", "gmail.{verb}"),
    ("POST", rf"{_GMAIL}/messages", "gmail.messages.insert"),
    (
        "*",
        rf"{_GMAIL}/(?P<on>messages|drafts)/(?P<verb>send|import|batchModify|batchDelete)",
        "gmail.{on}.{verb}",
    ),
    ("GET", rf"{_GMAIL}/messages/[^/]+/attachments/[^/]+", "gmail.messages.attachments.get"),
    ("*", rf"{_GMAIL}/settings/(?P<on>{_SETTINGS})/[^/]+/verify", "gmail.settings.{on}.verify"),
    ("*", rf"{_GMAIL}/settings/(?P<on>{_SETTINGS})/[^/]+", "gmail.settings.{on}.{method}"),
    ("*", rf"{_GMAIL}/settings/(?P<on>{_SETTINGS})", "gmail.settings.{on}.{plural}"),
    ("*", rf"{_GMAIL}/settings/(?P<on>\w+)", "gmail.settings.{on}.{method}"),
    ("POST", rf"{_GMAIL}/(?P<on>\w+)/[^/]+/(?P<verb>\w+)", "gmail.{on}.{verb}"),
    ("*", rf"{_GMAIL}/(?P<on>\w+)/[^/]+", "gmail.{on}.{method}"),
    ("*", rf"{_GMAIL}/(?P<on>\w+)", "gmail.{on}.{plural}"),
    ("*", r"(?:/upload)?/drive/v3/about", "drive.about.get"),
    ("GET", r"/drive/v3/files/generateIds", "drive.files.generateIds"),
    ("DELETE", r"/drive/v3/files/trash", "drive.files.emptyTrash"),
    ("PUT", r"/upload/drive/v2/files/[^/]+", "drive.files.update"),
    ("PUT", r"/upload/drive/v3/files(?:/[^/]+)?", "drive.files.upload"),
    ("DELETE", r"/upload/drive/v3/files(?:/[^/]+)?", "drive.files.upload.cancel"),
    ("GET", r"/download/drive/v3/files/[^/]+", "drive.files.get"),
    ("GET", r"/drive/v3/changes/startPageToken", "drive.changes.getStartPageToken"),
    ("POST", r"/drive/v3/(?P<on>changes|channels)/(?P<verb>watch|stop)", "drive.{on}.{verb}"),
    ("*", r"/drive/v3/files/[^/]+/comments/[^/]+/replies/[^/]+", "drive.replies.{method}"),
    ("*", r"/drive/v3/files/[^/]+/comments/[^/]+/replies", "drive.replies.{plural}"),
    ("POST", r"/drive/v3/files/[^/]+/accessproposals/[^/]+:resolve", "drive.accessproposals.resolve"),
    ("GET", r"/drive/v3/files/[^/]+/accessproposals/[^/]+", "drive.accessproposals.get"),
    ("GET", r"/drive/v3/files/[^/]+/accessproposals", "drive.accessproposals.list"),
    ("POST", r"/drive/v3/drives/[^/]+/(?P<verb>hide|unhide)", "drive.drives.{verb}"),
    (
        "*",
        r"(?:/upload)?/drive/v3/files/[^/]+/(?P<on>permissions|revisions|comments)/[^/]+",
        "drive.{on}.{method}",
    ),
    ("*", r"(?:/upload)?/drive/v3/files/[^/]+/(?P<on>permissions|revisions|comments)", "drive.{on}.{plural}"),
    ("*", r"(?:/upload)?/drive/v3/files/[^/]+/(?P<verb>\w+)", "drive.files.{verb}"),
    ("*", r"(?:/upload)?/drive/v3/(?P<on>\w+)/[^/]+", "drive.{on}.{method}"),
    ("*", r"(?:/upload)?/drive/v3/(?P<on>\w+)", "drive.{on}.{plural}"),
    ("GET", r"/v1/forms/[^/]+/responses/[^/]+", "forms.responses.get"),
    ("GET", r"/v1/forms/[^/]+/responses", "forms.responses.list"),
    ("POST", r"/v1/forms/[^/:]+:(?P<verb>\w+)", "forms.{verb}"),
    ("POST", r"/v1/forms/[^/]+/watches/[^/]+:renew", "forms.watches.renew"),
    ("*", r"/v1/forms/[^/]+/watches/[^/]+", "forms.watches.{method}"),
    ("*", r"/v1/forms/[^/]+/watches", "forms.watches.{plural}"),
    ("*", r"/v1/forms/[^/]+", "forms.{method}"),
    ("*", r"/v1/forms", "forms.{plural}"),
    ("POST", r"/tasks/v1/lists/[^/]+/tasks/[^/]+/move", "tasks.tasks.move"),
    ("POST", r"/tasks/v1/lists/[^/]+/clear", "tasks.tasks.clear"),
    ("POST", r"/tasks/v1/lists/[^/]+/tasks", "tasks.tasks.insert"),
    ("PATCH", r"/tasks/v1/lists/[^/]+/tasks/[^/]+", "tasks.tasks.patch"),
    ("*", r"/tasks/v1/lists/[^/]+/tasks/[^/]+", "tasks.tasks.{method}"),
    ("*", r"/tasks/v1/lists/[^/]+/tasks", "tasks.tasks.{plural}"),
    ("POST", r"/tasks/v1/users/@me/lists", "tasks.tasklists.insert"),
    ("PATCH", r"/tasks/v1/users/@me/lists/[^/]+", "tasks.tasklists.patch"),
    ("*", r"/tasks/v1/users/@me/lists/[^/]+", "tasks.tasklists.{method}"),
    ("*", r"/tasks/v1/users/@me/lists", "tasks.tasklists.{plural}"),
    ("*", r"/v1/spaces/[^/]+/messages/[^/]+", "chat.spaces.messages.{method}"),
    ("*", r"/v1/spaces/[^/]+/messages", "chat.spaces.messages.{plural}"),
    ("GET", r"/spreadsheets/(?:d/[^/]+/)?export", "docs.export"),
    ("POST", r"/batch(?:/.*)?", "batch"),
    ("POST", r"/token", "oauth.token"),
    ("GET", r"/oauth2/v1/certs", "oauth.certs"),
)
_COMPILED = tuple((method, re.compile(pattern, re.DOTALL), name) for method, pattern, name in _ROUTES)
_METHOD = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_PLURAL = {"GET": "list", "POST": "create"}


def kind_of(method: str, path: str) -> str:
    """The call's name; for a path that is none of Google's, `other`."""
    for wanted, pattern, name in _COMPILED:
        match = pattern.fullmatch(path) if wanted in ("*", method) else None
        if match is not None:
            words = {"method": _METHOD.get(method, method), "plural": _PLURAL.get(method, method)}
            return name.format(**words, **match.groupdict())
    return "other"
