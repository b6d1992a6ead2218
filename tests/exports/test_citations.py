"""Citations, read by programs of others: what stands in a record stays data, and nothing is told that is not known."""

import json
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string

from tests import make
from tests.client import elements, parsed, words
from tracker.database import writing
from tracker.dates import today
from tracker.exports.citations import Source, bibtex, csl
from tracker.records.date_fields import format_date_range
from tracker.records.fields import FORBIDDEN_CHARACTERS
from tracker.vocabulary import DatePrecision

JS = "/documents/joint-statement-2023-07-24"
#: Each would end, begin or run something in one of the formats.
HOSTILE = (
    "}{ {{ }} \\} \\{ \\\\",
    '"} , url = {https://evil.example}, @misc{x, title = "',
    "\\input{/etc/passwd} \\write18 %comment # $x^2_1$ & ~ | < >",
    'a" and b\nand c,\td @comment{',
    "Reunión de 平和 и мир ﷺ 😀 İstanbul",
)


SIGNS = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciicircum": "^", "asciitilde": "~"}
SIGNS |= {"less": "<", "greater": ">", "bar": "|"}
#: All that TeX leaves as it is, and the two ways to write what it does not.
TEX = re.compile(r"(?P<plain>[^\\{}^~<>|#$%&_]+)|\\(?P<held>[#$%&_])|\{\\text(?P<named>\w+)\}")


def read_tex(tex):
    """Return what TeX prints; fail for anything that is more than text to it."""
    inner = re.fullmatch(r"\{(.*)\}", tex, re.DOTALL)
    tex, found, at = inner[1] if inner and not tex.startswith("{\\text") else tex, [], 0
    while at < len(tex):
        part = TEX.match(tex, at)
        assert part, tex[at:]
        found.append(SIGNS[part["named"]] if part["named"] else part["held"] or part["plain"])
        at = part.end()
    return "".join(found)


def entry(text):
    """Return the fields of the only entry of a BibTeX file, taken apart by pybtex, with its key and authors."""
    ((key, found),) = parse_string(text, "bibtex").entries.items()
    # A name in braces is one that no program cuts into first and last ones.
    people = found.persons.get("author", ())
    assert all(person.last_names == [str(person)] for person in people)
    fields = {name: value if name == "url" else read_tex(value) for name, value in found.fields.items()}
    return {"key": key, "authors": [read_tex(str(person)) for person in people], **fields}


def cited(client, path):
    """Return (plain text, BibTeX entry, CSL item) of a record, each as the page and as the file has it."""
    page, _errors = parsed(client.get(path).text)
    shown = {e.get("id"): e for e in page.iter() if (e.get("id") or "").startswith("citation-")}
    start = "&" if "?" in path else "?"
    files = [client.get(f"{path}{start}format={form}").text for form in ("bibtex", "csl")]
    for name, text in zip(("bibtex", "csl"), files, strict=True):
        assert "".join(shown[f"citation-{name}"].itertext()) == text.strip()
    (item,) = json.loads(files[1])
    return words(shown["citation-plain"]), entry(files[0]), item


def test_a_document_is_cited_as_itself(app, client):
    with app.app_context(), writing():
        known = {
            "published_on": "2024-03-05",
            "published_precision": "day",
            "web_address": "https://example.org/a_b%20{c}",
        }
        named = {"publisher": "A press & co.", "republisher": "An archive", "retrieved_on": "2024-04-01"}
        make.document(code="letter", title="A letter?", issued_by=["mx", "us"], language="es", **known, **named)
    text, bib, item = cited(client, "/documents/letter")
    assert text == (
        "Mexico; United States. A letter? Readout. A press & co., March 5, 2024. Republished by An archive. "
        "https://example.org/a_b%20{c} (accessed April 1, 2024)."
    )
    assert bib == {
        "key": "document-letter",
        "authors": ["Mexico", "United States"],
        "title": "A letter?",
        "howpublished": "A press & co.",
        "note": "Readout; Republished by An archive",
        "date": "2024-03-05",
        "year": "2024",
        "month": "March",
        "url": "https://example.org/a_b%20%7Bc%7D",
        "urldate": "2024-04-01",
    }
    assert item == {
        "id": "document-letter",
        "type": "document",
        "title": "A letter?",
        "genre": "Readout",
        "author": [{"literal": "Mexico"}, {"literal": "United States"}],
        "publisher": "A press & co.",
        "issued": {"date-parts": [[2024, 3, 5]]},
        "URL": "https://example.org/a_b%20{c}",
        "accessed": {"date-parts": [[2024, 4, 1]]},
        "language": "es",
        "note": "Republished by An archive",
    }


def test_what_is_not_known_of_a_document_is_not_told(client):
    text, bib, item = cited(client, "/documents/news-readout-2023-05-30")
    title = "[News report on a meeting at Mexico's National Palace about migration, fentanyl and weapons]"
    assert text == f"{title}. News report. No date."
    assert bib == {"key": "document-news-readout-2023-05-30", "authors": [], "title": title, "note": "News report"}
    assert item.keys() == {"id", "type", "title", "genre", "language"}


@pytest.mark.parametrize(
    ("precision", "said", "month", "parts"),
    [("month", "March 2024", "March", [2024, 3]), ("year", "2024", None, [2024])],
)
def test_a_document_is_dated_no_more_exactly_than_it_is_known(app, client, precision, said, month, parts):
    with app.app_context(), writing():
        make.document(code="letter", published_on=date(2024, 3, 1).isoformat(), published_precision=precision)
    text, bib, item = cited(client, "/documents/letter")
    assert text.endswith(f". Readout. {said}.")
    assert (bib.get("month"), bib["date"]) == (month, "-".join(f"{part:02}" for part in parts))
    assert item["issued"] == {"date-parts": [parts]}


@pytest.mark.parametrize(
    ("path", "genre"),
    [
        ("/commitments/mx-us-2023-07-24.c5", "Intention of Mexico and United States, made on July 24, 2023"),
        (
            "/commitments/mx-us-2023-05-30.c1",
            "New commitment of Mexico and United States, made on May 30, 2023 (Reported by one side only)",
        ),
        ("/meetings/mx-us-2023-07-24", "Meeting, held, July 24, 2023 (date inferred)"),
    ],
)
def test_a_record_is_cited_as_one_of_this_tracker_without_an_author(app, client, path, genre):
    title = client.get(path, headers={"Accept": "application/json"}, query_string={"format": "json"}).json["title"]
    with app.app_context():
        day, text_day = today(), format_date_range(today(), DatePrecision.DAY)
    text, bib, item = cited(client, path)
    assert text == (
        f"{title}. {genre}. Tracker, as recorded on {text_day}. http://localhost{path} (accessed {text_day})."
    )
    assert bib["authors"] == []
    assert (bib["title"], bib["note"]) == (title, f"{genre}; as recorded on {text_day}")
    assert (bib["url"], bib["urldate"], bib["date"]) == (f"http://localhost{path}", day.isoformat(), day.isoformat())
    assert "author" not in item
    assert (item["genre"], item["URL"], item["type"]) == (genre, f"http://localhost{path}", "entry")


def test_a_citation_leads_to_the_time_that_was_read(client):
    _text, bib, item = cited(client, "/commitments/mx-us-2023-07-24.c1?as_of=2024-03-01")
    assert bib["url"] == item["URL"] == "http://localhost/commitments/mx-us-2023-07-24.c1?as_of=2024-03-01"


def test_the_files_say_what_they_are(client):
    for path in (JS, "/commitments/mx-us-2023-07-24.c1", "/meetings/mx-us-2023-07-24"):
        bib, item = (client.get(f"{path}?format={form}") for form in ("bibtex", "csl"))
        key = path[1:].replace("s/", "-", 1)
        assert bib.content_type == "application/x-bibtex; charset=utf-8"
        assert item.mimetype == "application/vnd.citationstyles.csl+json"
        assert bib.headers["Content-Disposition"] == f'attachment; filename="{key}.bib"'
        assert item.headers["Content-Disposition"] == f'attachment; filename="{key}.csl.json"'


def test_what_is_not_cited_has_no_citation(client):
    assert "citation" not in client.get("/parties/mx").text
    answer = client.get("/parties/mx?format=bibtex", headers={"Accept": "application/json"})
    assert (answer.status_code, "bibtex" in answer.text) == (422, True)


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_words_of_a_record_stay_words(app, client, title):
    with app.app_context(), writing():
        party = make.party(name=title).code
        make.document(code="letter", title=title, publisher=title, issued_by=[party, "mx"])
    text, bib, item = cited(client, "/documents/letter")
    told = " ".join(title.split())
    assert text.count(told) == 3
    assert (bib["title"], bib["howpublished"], set(bib["authors"])) == (told, told, {told, "Mexico"})
    assert bib.keys() == {"key", "authors", "title", "howpublished", "note"}
    assert item["title"] == item["publisher"] == told
    page, _errors = parsed(client.get("/documents/letter").text)
    assert not [a for a in elements(page, "a") if "evil" in (a.get("href") or "")]


@given(st.text(min_size=1).filter(lambda text: text.split() and not FORBIDDEN_CHARACTERS.search(text)))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_back(shared_app, text):
    told = " ".join(text.split())
    with shared_app.test_request_context():
        source = Source("key", text, text, "document", authors=(text, "Another"))
        written, item = bibtex(source), json.loads(csl(source))[0]
    read = entry(written)
    assert (read["title"], read["note"], read["authors"]) == (told, told, [told, "Another"])
    assert (item["title"], item["author"][0]["literal"]) == (told, told)
