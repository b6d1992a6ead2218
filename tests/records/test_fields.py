"""What a field holds where nothing was sent for it."""

import datetime
import time

from werkzeug.datastructures import MultiDict
from wtforms import Form

from tests.client import form_values
from tracker.records.date_fields import Date
from tracker.records.fields import Number, Text

DAY = datetime.date(2024, 3, 1)


class Begun(Form):
    number = Number(default=100)
    day = Date(default=DAY)


def test_a_field_that_is_not_sent_keeps_its_default_and_one_sent_empty_has_none():
    kept, emptied = Begun(MultiDict({"other": "x"})), Begun(MultiDict({"number": "", "day": ""}))
    assert (kept.number.data, kept.day.data) == (100, DAY)
    assert (emptied.number.data, emptied.day.data) == (None, None)


def test_a_form_begun_in_an_address_keeps_its_defaults(client):
    assert form_values(client.get("/areas/new?name=Water").text)["order"] == "100"
    assert form_values(client.get("/areas/new?name=Water&order=").text)["order"] == ""


def test_a_line_is_made_of_several_and_of_very_many_blanks_at_once():
    class Named(Form):
        name = Text()

    assert Named(MultiDict({"name": " a \r\n\n  b\nc "})).name.data == "a b c"
    begun = time.perf_counter()
    assert Named(MultiDict({"name": "a" + " " * 100_000 + "b"})).name.data
    assert time.perf_counter() - begun < 5
