"""Pages as the demo's people read them."""

from __future__ import annotations

from sheetflow.workspace.web_pages import read_form, read_page

FORM = """<!doctype html><html><head><title>Tab</title><link rel="x" href="y"><style>p{}</style></head><body>
<form method="post" action="/forms/d/e/1/formResponse"><h1>Ask</h1><input type="hidden" name="as" value="a">
<label for="i1">What for <span class="mark">*</span></label><div><p>Help</p></div>
<input id="i1" name="entry.1" type="text">
<label for="i2">VAT</label><select id="i2" name="entry.2"><option value="">Choose</option></select>
<label for="i3">Details</label><textarea id="i3" name="entry.3"></textarea>
<fieldset><legend>Send <b>at once</b>? <span class="mark">*</span></legend>
<label class="option"><input type="radio" name="entry.4" value="Yes"> <span>Yes</span></label>
<label class="option"><input type="radio" name="entry.4" value="No"> <span>No</span></label></fieldset>
<button>Submit</button></form></body></html>"""


def test_form__questions_by_title_and_which_need_an_answer() -> None:
    page = read_form(200, FORM)
    assert (page.status, page.title, page.action) == (200, "Ask", "/forms/d/e/1/formResponse")
    assert page.questions == {
        "What for": "entry.1", "VAT": "entry.2", "Details": "entry.3", "Send at once?": "entry.4"
    }  # fmt: skip
    assert page.required == {"What for", "Send at once?"}
    assert page.text.startswith("Ask What for * Help VAT Choose")


def test_page__acts_are_forms_with_their_hidden_fields() -> None:
    page = read_page(
        403,
        "<style>x</style><h1>Request</h1><form><input type=hidden name=act value=approve>"
        "<input type=hidden name=token value=t><textarea name=comment></textarea></form><form></form>",
    )
    assert (page.status, page.text) == (403, "Request")
    assert page.acts == {"approve": {"act": "approve", "token": "t"}}
