"""The page of methods: every word with what it means, and the rules in the program's own words."""

import datetime
import re

import pytest
from sqlalchemy import select

from tests import make
from tests.client import elements, parsed, words
from tracker.config import Settings
from tracker.database import session, writing
from tracker.dates import end_of_day
from tracker.models import AsOf, CommitmentParty, Evidence, ProgressUpdate
from tracker.models.as_of import lead_statuses
from tracker.records import CATALOGUE
from tracker.records.date_fields import parse_date
from tracker.vocabulary import CLOSING, SCORED_ONCE_DUE, SCORES, WITHOUT_EVIDENCE, OverallStatus, Status, Term


def section(page, name):
    """Return what stands between a heading of the page and the next one, as elements."""
    document, _errors = parsed(page)
    parts = list(next(e for e in elements(document, "div") if e.get("class") == "rules"))
    start = next(place for place, part in enumerate(parts) if part.get("id") == name)
    end = next((n for n in range(start + 1, len(parts)) if parts[n].tag.endswith("h2")), len(parts))
    return parts[start:end]


def rows(table):
    """Return the cells of each row that is about a word, what is stored of it first."""
    for row in elements(table, "tr"):
        if codes := elements(row, "code"):
            stored, (label, *cells) = words(codes[0]), map(words, elements(row, "th", "td"))
            yield stored, label.removesuffix(stored).strip(), *cells


def lists(page):
    """Yield each list of words on the page, as (stored, label, definition)."""
    document, _errors = parsed(page)
    for table in elements(document, "table"):
        yield [row[:3] for row in rows(table)]
    for line in elements(document, "p"):
        if line.get("class") == "word-line":
            spans = [words(span).rpartition(" ") for span in line]
            yield [(stored, label, "") for label, _space, stored in spans]


#: Those of the tracker, not those that other tests define.
VOCABULARIES = [words for words in Term.__subclasses__() if words.__module__ == Term.__module__]


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda vocabulary: vocabulary.__name__)
def test_every_list_of_words_is_published(client, vocabulary):
    # Of the overall words, those that no single lead has.
    told = [word for word in vocabulary if vocabulary is not OverallStatus or word.value not in set(Status)]
    wanted = [(word.value, str(word.label), " ".join(str(word.definition).split())) for word in told]
    assert wanted in list(lists(client.get("/methods/").text))


def test_which_statuses_need_evidence_and_which_are_final(client):
    table = next(part for part in section(client.get("/methods/").text, "status") if list(rows(part)))
    told = {stored: cells for stored, _label, _definition, *cells in rows(table)}
    yes = {True: "Yes", False: "No"}
    assert told == {word.value: [yes[word not in WITHOUT_EVIDENCE], yes[word in CLOSING]] for word in Status}


def test_every_status_is_scored_as_it_is_calculated(client):
    told = {}
    for row in elements(next(p for p in section(client.get("/methods/").text, "score") if elements(p, "td")), "tr"):
        score, *cells = elements(row, "th", "td")
        told |= {words(span): words(score) for cell in cells for span in cell if span.tag.endswith("span")}
    shown = {1: "+1", 0: "0", -1: "−1", None: "Not scored"}
    when = " once its day has passed; before, not scored"
    assert told == {
        f"{word.label}{when if word in SCORED_ONCE_DUE else ''}": shown[score] for word, score in SCORES.items()
    }


def test_the_worked_example_is_what_the_tracker_answers(app, client):
    document, _errors = parsed(client.get("/methods/").text)
    example = next(e for e in elements(document, "div") if e.get("class") == "example")
    said = [re.search(r"on (.+?): “(.+)”, effective on (.+)[;.]$", words(e)).groups() for e in elements(example, "li")]
    asked = [[words(cell) for cell in elements(row, "td")][:3] for row in elements(example, "tr")[1:]]
    assert len(said) == 2
    assert len(asked) == 4
    labels = {str(word.label): word for word in Status}
    with app.app_context(), writing():
        lead = session.scalar(select(CommitmentParty).where(CommitmentParty.code == make.commitment_party().code))
        for number, (recorded, label, effective) in enumerate(said, start=1):
            log(lead, number, end_of_day(parse_date(recorded)), labels[label], parse_date(effective))
        for on, known_by, label in asked:
            standing = lead_statuses(AsOf(parse_date(on), end_of_day(parse_date(known_by))))
            query = select(standing.c.status).where(standing.c.commitment_party_id == lead.id)
            assert session.scalar(query).value == labels[label].value, (on, known_by)


def log(lead, number, at, status, effective_on):
    """Store an update as one that was logged at a moment long past."""
    code, account = f"{lead.commitment.code}.u{number}", make.account()
    page = {"web_address": "https://example.org", "title": "A page", "retrieved_on": datetime.date(2024, 1, 1)}
    logged = {"recorded_at": at, "recorded_by": account}
    session.add(Evidence(code=f"{code}.e1", update_code=code, relation="supports", **page, **logged))
    session.flush()
    found = {"status": status, "effective_on": effective_on, "confidence": "high", "reason": "Made up."}
    session.add(ProgressUpdate(code=code, commitment=lead.commitment, party=lead.party, **found, **logged))
    session.flush()


def test_each_heading_is_led_to_from_the_contents(client):
    document, _errors = parsed(client.get("/methods/").text)
    rules = next(e for e in elements(document, "div") if e.get("class") == "rules")
    contents = next(e for e in elements(document, "nav") if e.get("class") == "contents")
    led_to = [(link.get("href"), words(link)) for link in elements(contents, "a")]
    assert led_to == [(f"#{heading.get('id')}", words(heading)) for heading in elements(rules, "h2")]


def test_the_settings_stand_in_the_rules(app, client, monkeypatch):
    assert "The review interval is 180 days" in client.get("/methods/").text
    monkeypatch.setitem(app.config, "SETTINGS", Settings(review_every=1, timezone="America/Mexico_City"))
    page = client.get("/methods/").text
    assert "The review interval is 1 day, unless" in page
    assert "in the time zone America/Mexico_City" in page


def test_percentages_are_written_as_such(client):
    page = client.get("/methods/").text
    assert "which makes 62.5%." in page
    assert "%%" not in page


@pytest.mark.parametrize("path", ["/", "/commitments/nothing", *(f"/{name}/" for name in CATALOGUE)])
def test_every_page_leads_to_the_methods(client, path):
    assert 'href="/methods/"' in client.get(path).text


@pytest.mark.parametrize("path", ["/", "/commitments/", "/commitments/mx-us-2023-07-24.c1"])
def test_where_a_status_is_shown_its_meaning_is_near(client, path):
    assert 'href="/methods/#status"' in client.get(path).text
