"""An answer that breaks off does not tell whether its call took effect: whoever wrote it looks."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from google.auth.credentials import AnonymousCredentials

from sheetflow.adapters import google, http
from sheetflow.errors import Unavailable


class Broken(requests.Session):
    """A session whose answers break off: in the text, or before its end."""

    def __init__(self, error: requests.RequestException | None) -> None:
        super().__init__()
        self.error = error

    def request(self, *_: Any, **__: Any) -> requests.Response:
        if self.error:
            raise self.error
        answer = requests.Response()
        answer.status_code, answer._content = 200, b'{"replies": [{}'
        return answer


@pytest.mark.parametrize(
    "error",
    [None, requests.exceptions.ChunkedEncodingError("cut"), requests.exceptions.ContentDecodingError("cut")],
    ids=str,
)
def test_http__an_answer_that_breaks_off_is_none(error: requests.RequestException | None) -> None:
    client = http.SheetsHttp(AnonymousCredentials(), Broken(error))  # type: ignore[no-untyped-call]
    with pytest.raises(Unavailable):
        client.batch_update("book", {"requests": []})


def test_google__a_text_in_place_of_json_is_no_answer() -> None:
    class Asked:
        methodId = "drive.files.list"  # noqa: N815 - googleapiclient's name

        def execute(self, **_: Any) -> str:
            return '{"files": [{"id'

    with pytest.raises(Unavailable):
        google.execute(Asked(), google.Transport(AnonymousCredentials()), "Drive")  # type: ignore[no-untyped-call]
