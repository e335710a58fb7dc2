"""The Chat space, by its webhook (ChatPort): one POST, and an address that is itself the secret.

The key and the token in the address are all that posting needs, so no error here repeats it, and it leads to
Google Chat or to a local workspace and nowhere else.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import requests

from sheetflow.adapters.http import error_of
from sheetflow.errors import ConfigError, Unavailable

SERVICE = "Chat"
HOST = "chat.googleapis.com"
TIMEOUT = (5, 20)
"""Seconds to connect, and to wait for an answer: mails wait behind it."""

_PATH = re.compile(r"/v1/spaces/[A-Za-z0-9_-]+/messages")


def webhook_problem(address: str, api_root: str = "") -> str:
    """Why an address is no webhook that we post to, "" where it is one. `api_root`: of a local workspace."""
    what = "SHEETFLOW_CHAT_WEBHOOK"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return f"{what} is no web address; copy it whole from the space's settings, Apps & integrations"
    local = urlsplit(api_root)
    here = bool(api_root) and (parts.scheme, parts.netloc) == (local.scheme, local.netloc)
    google = (parts.scheme, parts.hostname, port) == ("https", HOST, None) and parts.netloc == HOST
    if not (here or google) or not _PATH.fullmatch(parts.path) or parts.fragment:
        return (
            f"{what} does not lead to a space of Google Chat: it begins with https://{HOST}/v1/spaces/; "
            "copy it whole from the space's settings, Apps & integrations"
        )
    given = [name for name, value in parse_qsl(parts.query) if value]
    if sorted(given) != ["key", "token"]:
        return f"{what} lacks its key or its token, or has more than these; copy it whole from the space"
    return ""


class ChatWebhook:
    """One space.

    Args:
        address: the webhook's.
        api_root: the root of a local workspace, "" for Google.
    """

    def __init__(self, address: str, api_root: str = "") -> None:
        self._address, self._api_root = address, api_root

    def post(self, key: str, text: str, thread: str) -> str:
        """Post a message, once under its key (ChatPort).

        Chat gives the message back that it has under a request id, and refuses a second one under a name.

        Raises:
            ConfigError: the address is no webhook of Google Chat; only now, for mails do not depend on it.
            RateLimited: it was not posted.
            NotFound, AccessDenied, PortError: the webhook is gone, or does not take it.
            Unavailable: it may have been posted.
        """
        if problem := webhook_problem(self._address, self._api_root):
            raise ConfigError([problem])
        named = f"client-{key}"
        parameters = {
            "requestId": key, "messageId": named,
            "messageReplyOption": "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
        }  # fmt: skip
        body = {"text": text, "thread": {"threadKey": thread}}
        try:
            answer = requests.post(
                self._address, params=parameters, json=body, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:  # its text has the address in it
            raise Unavailable(SERVICE, f"no answer: {type(error).__name__}") from None
        if answer.status_code == 409:
            return named  # the message has been there since an earlier try
        if not answer.ok:
            raise error_of(SERVICE, answer.status_code, _said(answer))
        try:
            return str(answer.json()["name"])
        except (ValueError, KeyError, TypeError):
            return named


def _said(answer: requests.Response) -> str:
    """Google's own words, without whatever looks like the address."""
    try:
        text = str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        text = answer.reason or "no message"
    return re.sub(r"(?i)(key|token)=\S+", r"\1=…", text)[:300]
