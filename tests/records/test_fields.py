"""What a field holds where nothing was sent for it."""

import datetime
import time
from types import SimpleNamespace

from werkzeug.datastructures import MultiDict
from wtforms import Form

from tests.client import form_values
from tracker.records.date_fields import Date
from tracker.records.fields import Choice, Number, Text
from tracker.vocabulary import RETIRED, Term

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


class Paint(Term):
    RED = "red", "Red"
    BLUE = "blue", "Blue", "As the sky is.", RETIRED


class Painted(Form):
    paint = Choice(vocabulary=Paint)


def test_a_retired_word_is_kept_by_whoever_has_it_and_given_to_nobody_else():
    new, old = (
        Painted(MultiDict({"paint": "blue"})),
        Painted(MultiDict({"paint": "blue"}), SimpleNamespace(paint=Paint.BLUE)),
    )
    assert [option.value for option in new.paint.iter_choices()] == ["", "blue", "red"]
    assert not new.validate()
    assert new.errors == {"paint": ["“blue” is not one of: red."]}
    assert old.validate()
    assert old.paint.data is Paint.BLUE
    assert [option.value for option in old.paint.iter_choices()] == ["", "red", "blue"]


def test_a_retired_word_is_still_filtered_by():
    class PaintFilters(Form):
        paint = Choice(vocabulary=Paint, multiple=True)

    filters = PaintFilters(MultiDict({"paint": "blue"}))
    assert filters.validate()
    assert filters.paint.data == [Paint.BLUE]
