"""Days as people type them, in two languages."""

import datetime

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict
from wtforms import Form

from tracker import dates
from tracker.records.date_fields import Date, parse_date

DAY = datetime.date(2023, 7, 24)
WRITTEN = {
    "en": ("d MMMM y", "MMMM d, y", "d MMM y", "MMM d, y", "'the' d'th of' MMMM y", "y MMMM d"),
    "es": ("d 'de' MMMM 'de' y", "d 'de' MMMM 'del' y", "d MMMM y", "d MMM y", "d'.º de' MMMM 'de' y", "'El' d MMM. y"),
}
NUMERIC = ("{0.day}/{0.month}/{0:%Y}", "{0:%d/%m/%Y}", "{0:%d.%m.%Y}", "{0:%d-%m-%Y}", "{0:%m/%d/%Y}", "{0:%m-%d-%Y}")


@pytest.fixture(scope="module", autouse=True)
def in_app(shared_app):
    with shared_app.app_context():
        yield


def read(typed):
    """Return the day and the messages of a field that something was typed into, and what stands in it then."""

    class Dated(Form):
        day = Date()

    form = Dated(MultiDict({"day": typed}))
    form.validate()
    return form.day.data, " ".join(form.day.errors), form.day._value()


@given(day=some.dates(min_value=datetime.date(1000, 1, 1)), language=some.sampled_from(["en", "es"]))
def test_a_day_reads_back_from_every_way_of_writing_it(day, language):
    for pattern in WRITTEN[language]:
        for typed in (written := format_date(day, pattern, locale=language), written.upper(), written.title()):
            assert parse_date(typed) == day, typed
    assert parse_date(day.isoformat()) == day
    for pattern in NUMERIC:
        typed = pattern.format(day)
        if day.day > 12 or day.day == day.month:
            assert parse_date(typed) == day, typed
        else:
            with pytest.raises(ValueError, match=day.isoformat()):
                parse_date(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "24 jul. 2023",
        "24 de julio, 2023",
        " 24\u00a0JÚLIO 2023 ",
        "24 ju\u0301lio 2023",
        "the 24th of July, 2023.",
        "24-jul-2023",
        "2023/07/24",
        "24. 7. 2023",
        "\N{FULLWIDTH DIGIT TWO}4 July 2023",
    ],
)
def test_accents_dots_and_words_around_do_not_matter(typed):
    assert read(typed) == (DAY, "", typed)


@pytest.mark.parametrize("typed", ["1.º de enero de 2024", "1º enero 2024", "1er de enero de 2024", "1.er enero 2024"])
def test_the_first_of_a_month_is_written_in_ways_of_its_own(typed):
    assert read(typed)[0] == datetime.date(2024, 1, 1)


def test_today_and_yesterday_are_those_of_the_tracker():
    for today, yesterday in (("today", "yesterday"), ("Hoy", "AYER")):
        assert (read(today)[0] - read(yesterday)[0]).days == 1
        assert read(today)[0] == dates.today()


def test_a_day_that_can_be_read_two_ways_is_told_both():
    day, said, kept = read("3/4/2024")
    assert (day, kept) == (None, "3/4/2024")
    for part in ("March 4, 2024", "April 3, 2024", "2024-03-04", "2024-04-03"):
        assert part in said


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("31 February 2023", "February 2023 has 28 days"),
        ("31 de abril de 2023", "April 2023 has 30 days"),
        ("2023-02-30", "February 2023 has 28 days"),
        ("30/02/2024", "February 2024 has 29 days"),
        ("00/05/2023", "May 2023 has 31 days"),
        ("24/7/23", "a year of two digits"),
        ("24 July 23", "a year of two digits"),
        ("13/13/2023", "write it as 2023-07-24"),
        ("2023-13-01", "write it as"),
        ("0000-01-01", "write it as"),
        ("10000-01-01", "write it as"),
        ("24/2023/07", "write it as"),
        ("July 2023", "write it as"),
        ("24-25 July 2023", "write it as"),
        ("24 July 2023?", "write it as"),
        ("~24 July 2023", "write it as"),
        ("May May May", "write it as"),
        ("24 ju 2023", "write it as"),
        ("24 m 2023", "write it as"),
        ("tomorrow", "write it as"),
        ("-", "write it as"),
        ("24 July 2023\x00", "24 July 2023�"),
        ("\N{ARABIC-INDIC DIGIT TWO}4/07/2023", "write it as"),
        ("24 July 2023" + " " * 100 + ".", "write it as"),
        ("1" * 5000, "write it as"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason_and_kept(typed, why):
    day, said, kept = read(typed)
    assert day is None
    assert why in said
    assert kept == typed.replace("\x00", "�")


@given(typed=some.text(alphabet="0123456789/-., dejulioMayºth\u0301", max_size=30))
def test_whatever_is_typed_is_a_day_or_a_message(typed):
    day, said, _kept = read(typed)
    assert (day is None) == bool(said or not typed.strip())


def test_a_day_long_ago_is_shown_as_it_can_be_typed():
    class Dated(Form):
        day = Date(default=datetime.date(999, 1, 2))

    shown = Dated().day._value()
    assert read(shown)[0] == datetime.date(999, 1, 2)
