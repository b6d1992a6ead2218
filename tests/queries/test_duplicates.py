"""Which records are asked about: the same person, party, document or meeting, and no other."""

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests import make
from tracker.actions.documents import attach_text
from tracker.database import session, writing
from tracker.models import Participant
from tracker.passage_text import sha256_of
from tracker.queries import duplicates
from tracker.records import CATALOGUE


@pytest.fixture
def like(app):
    """Return a function giving {code: reason} of the records like what is typed."""

    def like(kind, /, **typed):
        kind = CATALOGUE[kind]
        with app.app_context():
            return {
                each.record.code: each.reason
                for each in duplicates.likely_duplicates(kind, kind.form(MultiDict(typed)))
            }

    return like


def add(app, kind, /, **fields):
    with app.app_context(), writing():
        return make.FACTORIES[kind](**fields).code


def test_no_two_seeded_records_are_alike(app):
    with app.test_request_context():
        for name in duplicates.COMPARED:
            kind = CATALOGUE[name]
            for record in session.scalars(select(kind.model)):
                assert duplicates.likely_duplicates(kind, kind.form(obj=record)) == []
        assert len(session.scalars(select(Participant)).all()) == 8


@pytest.mark.parametrize(
    ("typed", "code", "reason"),
    [
        ("Richard Verma", "rich-verma", "“Richard Verma” can be another form of this name."),
        ("Verma, Rich", "rich-verma", "The name is the same."),
        ("Andrés Manuel", "andres-manuel-lopez-obrador", "It is also called “Andres Manuel”."),
        ("Lisa Olivia Monaco", "lisa-monaco", "It is also called “Lisa O. Monaco”, as “Lisa Olivia Monaco” can be."),
        ("Elizabeth Sherwood Randall", "elizabeth-sherwood-randall", "The name is the same."),
        ("Dr. Liz Sherwood Randall", None, None),
    ],
)
def test_a_person_is_found_by_any_form_of_the_name(like, typed, code, reason):
    assert like("participants", name=typed) == ({code: reason} if code else {})


def test_other_forms_that_are_typed_are_compared_too(like):
    assert "rich-verma" in like("participants", name="R. V.", other_names="Somebody Else\nRichard Verma")


@pytest.mark.parametrize("typed", ["", "Ken", "Verma", "Kenneth Verma", "%", "_ _", "\\ Verma", "Kenny Rogers"])
def test_other_people_are_not_asked_about(like, typed):
    assert like("participants", name=typed) == {}


def test_a_word_in_a_note_is_no_name(app, like):
    add(app, "participants", code="other", name="Somebody Else", note="Knows Berta Quill")
    assert like("participants", name="Berta Quill") == {}


def test_the_likeliest_come_first_and_no_more_than_can_be_read(app, like):
    with app.app_context(), writing():
        for number in range(12):
            make.participant(code=f"quill-{number}", name=f"Berta Quill {'ABCDEFGHIJKL'[number]}mber")
        make.participant(code="quill", name="Berta Quill")
    found = list(like("participants", name="Berta Quill"))
    assert found[0] == "quill"
    assert len(found) == duplicates.MAX_CANDIDATES


def test_the_record_being_edited_is_left_out(app):
    kind = CATALOGUE["participants"]
    with app.app_context():
        record = session.scalars(select(Participant).where(Participant.code == "rich-verma")).one()
        assert duplicates.likely_duplicates(kind, kind.form(MultiDict({"name": "Richard Verma"}), obj=record)) == []


def test_kinds_that_are_not_compared(app):
    with app.app_context():
        for name, kind in CATALOGUE.items():
            if name not in duplicates.COMPARED:
                assert duplicates.likely_duplicates(kind, kind.form()) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"name": "MÉXICO"}, ["mx"]),
        ({"name": "Estados Unidos"}, ["us"]),
        ({"name": "Somewhere", "name_es": "Mexico"}, ["mx"]),
        ({"name": "United States of America"}, ["us"]),
        ({"name": "United States of America", "kind": "country"}, ["us"]),
        ({"name": "United States Coast Guard", "kind": "government_body"}, []),
        ({"name": "United States Coast Guard", "parent": "us"}, []),
        ({"name": "Ministry of Health of Mexico", "parent": "mx"}, ["health-mx"]),
        ({"name": "The Ministry for Health"}, ["health-mx"]),
        ({"name": "Ministry of Health of the Isles", "parent": "us"}, []),
        ({"name": "Ministry of Health", "parent": "us"}, ["health-mx"]),
        ({"name": "Canada"}, []),
    ],
    ids=str,
)
def test_parties(app, like, typed, found):
    add(app, "parties", code="health-mx", name="Ministry of Health", kind="government_body", parent="mx")
    assert list(like("parties", **typed)) == found


def test_what_a_party_of_the_same_name_is_part_of_is_told(app, like):
    add(app, "parties", code="health-mx", name="Ministry of Health", kind="government_body", parent="mx")
    told = like("parties", name="Ministry of Health", parent="us")["health-mx"]
    assert told == "The name is the same. It is part of: Mexico."


TALKS = {"title": "Statement after the talks on water", "published_on": "2024-03-01", "published_precision": "day"}


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (TALKS, "both are of March 1, 2024"),
        (TALKS | {"title": "Statement after the talks"}, "both are of March 1, 2024"),
        (TALKS | {"title": "Statement after talks on the water", "published_on": ""}, "do not differ"),
        (TALKS | {"published_on": "2024-03-01", "published_precision": "month"}, "do not differ"),
        (TALKS | {"published_on": "2024-01-01", "published_precision": "year"}, "do not differ"),
        (TALKS | {"published_on": "", "published_precision": "unknown"}, "do not differ"),
        (TALKS | {"published_on": "2024-04-01", "published_precision": "month"}, None),
        (TALKS | {"published_on": "2023-01-01", "published_precision": "year"}, None),
        (TALKS | {"published_on": "2024-03-02"}, None),
        (TALKS | {"title": "Statement after the talks", "published_on": ""}, None),
        (TALKS | {"title": "Fact sheet about trade in maize"}, None),
        ({"web_address": "http://talks.example/water#top"}, "same web address"),
        ({"web_address": "https://WWW.talks.example/water/"}, "same web address"),
        ({"web_address": "https://talks.example/Water"}, None),
        ({"web_address": "https://talks.example/water?page=2"}, None),
        ({"web_address": "https://talks.example"}, None),
        ({"web_address": "https://["}, None),
        ({"sha256": "ab" * 32}, "same sha256"),
        ({"sha256": "ba" * 32}, None),
        ({"title": "!!!"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_documents(app, like, typed, reason):
    known = TALKS | {"web_address": "https://www.Talks.example/water", "sha256": "ab" * 32}
    add(app, "documents", code="talks", **known)
    found = like("documents", **typed)
    assert list(found) == (["talks"] if reason else [])
    assert (reason or "") in found.get("talks", "")


def test_a_text_that_is_attached_is_compared_too(app):
    kind, text = CATALOGUE["documents"], "The sides met."
    with app.app_context(), writing():
        first, second = (make.document(code=code, title=f"Of {code}") for code in ("one", "two"))
        attach_text(make.account(), first, text)
        assert [
            a.record for a in duplicates.likely_duplicates(kind, kind.form(MultiDict({"sha256": sha256_of(text)})))
        ] == [first]
        assert duplicates.likely_duplicates(kind, kind.form(obj=second)) == []
        attach_text(make.account(), second, text)
        assert [a.record for a in duplicates.likely_duplicates(kind, kind.form(obj=second))] == [first]


VISIT = {"title": "Talks on water in the capital", "starts_on": "2024-03-01", "date_precision": "day"}


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (VISIT, "The title is alike, and both began on March 1, 2024."),
        (VISIT | {"title": "Pláticas sobre agua"}, "The title is alike"),
        (VISIT | {"title": "A visit", "country": "mx"}, "at the same place: Mexico"),
        (VISIT | {"title": "A visit", "country": "mx", "city": "Puebla"}, "at the same place: Puebla"),
        (VISIT | {"title": "A visit", "venue": "town hall"}, "at the same place: town hall"),
        (VISIT | {"title": "A visit", "country": "mx", "city": "Toluca"}, None),
        (VISIT | {"title": "A visit", "country": "us"}, None),
        (VISIT | {"title": "A visit"}, None),
        (VISIT | {"starts_on": "2024-03-02", "country": "mx"}, None),
        (VISIT | {"date_precision": "month"}, "do not differ"),
        (VISIT | {"starts_on": "2024-04-01", "date_precision": "month"}, None),
        (VISIT | {"starts_on": "", "date_precision": "unknown"}, "do not differ"),
        (VISIT | {"title": "A visit", "date_precision": "month", "country": "mx"}, None),
    ],
    ids=str,
)
def test_meetings(app, like, typed, reason):
    place = {"country": "mx", "city": "Puebla", "venue": "Town Hall", "place_basis": "stated"}
    add(app, "meetings", code="visit", title_es="Pláticas sobre agua", **VISIT | place)
    found = like("meetings", **typed)
    assert list(found) == (["visit"] if reason else [])
    assert (reason or "") in found.get("visit", "")
