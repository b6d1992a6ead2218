"""From the form of a report to its PDF a reader of the code opens few modules."""

import sys
from pathlib import Path

from tests import make
from tests.client import form_values
from tracker.database import writing

LAYERS = ("tracker.views.", "tracker.actions.", "tracker.queries.", "tracker.exports.")
#: The most modules of these layers whose functions a request may call.
MAX_MODULES = {"issued": 15, "as PDF": 12}


def called_modules(call):
    """Return what a call returns, and the modules of these layers whose functions it called."""
    modules = set()

    def note(frame, event, _argument):
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith(LAYERS) and Path(frame.f_code.co_filename).is_file():
            modules.add(name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        answer = call()
    finally:
        sys.setprofile(before)
    return answer, modules


def test_a_report_is_issued_and_made_a_pdf_by_few_modules(app, client):
    with app.app_context(), writing():
        make.commitment(meeting="mx-us-2023-07-24", deadline_kind="explicit", due_on="2024-06-01")
        make.update(commitment="mx-us-2023-07-24.c1", party="mx", status="done", effective_on="2024-01-10")
    address = "/reports/new?as_of=2024-03-01"
    form = form_values(client.get(f"{address}&show=yes").text)
    issued, of_form = called_modules(lambda: client.post(address, data=form))
    assert issued.status_code == 303
    drawn, of_pdf = called_modules(lambda: client.get(f"{issued.location}?format=pdf"))
    assert drawn.data.startswith(b"%PDF")
    for request, modules in (("issued", of_form), ("as PDF", of_pdf)):
        assert len(modules) <= MAX_MODULES[request], sorted(modules)
