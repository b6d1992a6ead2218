"""The seeds hold what the two documents say, in our own words, and nothing that they leave open."""

import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from tracker.passage_text import search_words
from tracker.records import CATALOGUE, kind_of, rows_of
from tracker.records.fields import Choice, RecordCode, Reference

SEEDS = Path(__file__).parents[1] / "seeds"
DOCUMENTS = Path(__file__).parents[2] / "shared" / "documents"
#: By code: the file, what parts its paragraphs, and the number of the first one.
TEXTS = {
    "joint-statement-2023-07-24": ("joint-statement.txt", "\n\n", 0),
    "news-readout-2023-05-30": ("news-readout.txt", "\n", 1),
}
COUNTS = {
    "parties": 2,
    "participants": 8,
    "areas": 4,
    "frameworks": 2,
    "documents": 2,
    "passages": 18,
    "meetings": 2,
    "participations": 14,
    "meeting-links": 1,
    "commitments": 9,
    "commitment-parties": 17,
    "commitment-sources": 9,
    "claims": 6,
}
#: What neither document prints, and nobody may make up.
UNKNOWN = {
    "documents": {"republisher", "published_on", "web_address", "retrieved_on"},
    "meetings": {"ends_on", "city", "series"},
    "commitments": {"quote", "due_on", "every_months", "deadline_words", "done_when", "areas"},
    "claims": {"indicator", "published_on", "supersedes"},
}
#: Fields for names as they are printed: those of people, groups, offices and agreements.
PRINTED = {("participations", "name_as_printed"), ("participations", "office_as_printed"), ("frameworks", "name")}
LONGEST_RUN = 7
SENTENCE_END = re.compile(r"(?<!Dr)(?<! [A-Z])\. ")

SEEDED = {path.stem: yaml.load(path.read_text("utf-8"), yaml.BaseLoader) for path in sorted(SEEDS.glob("*.yaml"))}
BY_CODE = {kind: {item["code"]: item for item in items} for kind, items in SEEDED.items()}

with_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="The two documents are not beside the checkout, in ../shared/documents."
)


def fields_of(kind):
    return {field.name: field for field in CATALOGUE[kind].form()}


def values_of(item, name):
    value = item.get(name, [])
    return [value] if isinstance(value, str) else value


def text_of(document):
    name, _, _ = TEXTS[document]
    return (DOCUMENTS / name).read_bytes().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def paragraph_of(passage):
    _, parting, first = TEXTS[passage["document"]]
    return text_of(passage["document"]).split(parting)[int(passage["paragraph"]) - first]


def words_at(passage):
    return paragraph_of(passage)[int(passage["start"]) : int(passage["end"])]


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def runs_of(text, length):
    words = search_words(text)
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_counts():
    assert {kind: len(items) for kind, items in SEEDED.items()} == COUNTS
    for kind, counts in {"participations": (7, 7), "commitments": (7, 2), "claims": (0, 6)}.items():
        held = Counter(item["meeting"] for item in SEEDED[kind])
        assert (held["mx-us-2023-07-24"], held["mx-us-2023-05-30"]) == counts, kind


def test_commitments_are_split_as_the_documents_split_them():
    commitments = SEEDED["commitments"]
    assert Counter(item["kind"] for item in commitments) == {"new_commitment": 4, "reaffirmation": 2, "intention": 3}
    assert Counter(item["area"] for item in commitments) == {
        "fentanyl": 2,
        "arms": 2,
        "migration": 4,
        "border-infrastructure": 1,
    }


def test_seats_are_split_as_the_documents_split_them():
    seats = SEEDED["participations"]
    assert Counter((item["meeting"], item["attendance"]) for item in seats) == {
        ("mx-us-2023-07-24", "attended"): 6,
        ("mx-us-2023-07-24", "mentioned_only"): 1,
        ("mx-us-2023-05-30", "attended"): 4,
        ("mx-us-2023-05-30", "inferred"): 3,
    }
    assert Counter(item.get("role") for item in seats) == {
        "head_of_delegation": 4,
        "host": 2,
        "participant": 7,
        None: 1,
    }
    assert {item["participant"] for item in seats if "participant" in item} == set(BY_CODE["participants"])
    for item in seats:
        assert ("participant" in item) is (item.get("is_group") != "true"), item["code"]


@pytest.mark.parametrize("kind", COUNTS)
def test_items_fit_their_form(kind):
    fields = fields_of(kind)
    for item in SEEDED[kind]:
        assert item.keys() <= fields.keys(), item["code"]
        assert RecordCode.SHAPE.fullmatch(item["code"]), item["code"]
        needed = {name for name, field in fields.items() if field.required and field.default is None}
        assert needed <= item.keys(), item["code"]
        for name, field in fields.items():
            if isinstance(field, Choice):
                assert set(values_of(item, name)) <= {word.value for word in field.vocabulary}, (item["code"], name)
    assert len(BY_CODE[kind]) == len(SEEDED[kind]), "A code stands twice."


@pytest.mark.parametrize("kind", COUNTS)
def test_whatever_has_an_english_text_has_a_spanish_one(kind):
    spanish = {name for name in fields_of(kind) if name.endswith("_es")}
    for item in SEEDED[kind]:
        assert spanish <= item.keys(), item["code"]


@pytest.mark.parametrize("kind", COUNTS)
def test_every_code_referred_to_exists(kind):
    referring = {name: field for name, field in fields_of(kind).items() if isinstance(field, Reference)}
    for item in SEEDED[kind]:
        for name in referring.keys() & item.keys():
            known = BY_CODE[kind_of(referring[name].model).name]
            assert set(values_of(item, name)) <= known.keys(), (item["code"], name)


@pytest.mark.parametrize("kind", ["documents", "meetings", "commitments"])
def test_rows_are_numbered_within_their_parent(kind):
    for rows in rows_of(CATALOGUE[kind]):
        numbered = Counter()
        for item in SEEDED.get(rows.name, ()):
            parent = item[rows.parent]
            numbered[parent] += 1
            assert item["code"] == f"{parent}.{rows.form.letter}{numbered[parent]}"


def test_every_commitment_has_its_source_and_its_leads():
    sources = {item["commitment"]: item for item in SEEDED["commitment-sources"]}
    leads = {code: [] for code in BY_CODE["commitments"]}
    for item in SEEDED["commitment-parties"]:
        assert item["role"] == "lead", item["code"]
        leads[item["commitment"]].append(item["party"])
    assert sources.keys() == leads.keys()
    for code, commitment in BY_CODE["commitments"].items():
        assert leads[code] == (["us"] if code == "mx-us-2023-05-30.c2" else ["mx", "us"]), code
        stated = commitment["meeting"] == "mx-us-2023-07-24"
        assert sources[code]["relation"] == ("states" if stated else "reports"), code
        assert ("attributed_to" in sources[code]) is not stated, code
        told_by = BY_CODE["passages"][sources[code]["passage"]]["document"]
        assert told_by in BY_CODE["meetings"][commitment["meeting"]]["documents"], code


@pytest.mark.parametrize("kind", ["claims", "participations", "meeting-links", "commitment-sources"])
def test_everything_cites_its_passage(kind):
    for item in SEEDED[kind]:
        assert item.get("passage") in BY_CODE["passages"], item["code"]


def test_passages_are_each_listed_once_and_all_cited():
    places = Counter((item["document"], item["paragraph"], item["start"], item["end"]) for item in SEEDED["passages"])
    assert set(places.values()) == {1}
    cited = {item["passage"] for items in SEEDED.values() for item in items if "passage" in item}
    assert cited == set(BY_CODE["passages"])


def test_nothing_is_made_up():
    for kind, names in UNKNOWN.items():
        assert names <= fields_of(kind).keys()
        for item in SEEDED[kind]:
            assert not names & item.keys(), item["code"]
    for item in SEEDED["commitments"]:
        assert item["deadline_kind"] == "none", item["code"]
        assert item["made_on"] == BY_CODE["meetings"][item["meeting"]]["starts_on"], item["code"]
    assert {item["date_basis"] for item in SEEDED["meetings"]} == {"inferred"}
    assert [item["certainty"] for item in SEEDED["meeting-links"]] == ["possible"]


@with_documents
def test_documents_are_those_catalogued():
    assert BY_CODE["documents"].keys() == TEXTS.keys()
    for code, item in BY_CODE["documents"].items():
        assert sha256(text_of(code)) == item["sha256"], code
        if item.get("title_supplied") != "true":
            assert item["title"] == text_of(code).partition("\n")[0]


@with_documents
@pytest.mark.parametrize("code", BY_CODE["passages"])
def test_passage_is_where_it_is_said_to_be(code):
    passage = BY_CODE["passages"][code]
    paragraph, start, end = paragraph_of(passage), int(passage["start"]), int(passage["end"])
    assert 0 <= start < end <= len(paragraph)
    assert sha256(words_at(passage)) == passage["sha256"]
    if "sentence" not in passage:
        assert words_at(passage) == paragraph
    else:
        ends = [0, *(found.end() for found in SENTENCE_END.finditer(paragraph)), len(paragraph) + 1]
        number = int(passage["sentence"])
        assert (start, end) == (ends[number - 1], ends[number] - 1)


@with_documents
@pytest.mark.parametrize("code", BY_CODE["participations"])
def test_seat_is_worded_as_printed(code):
    seat = BY_CODE["participations"][code]
    passage = BY_CODE["passages"][seat["passage"]]
    assert seat["name_as_printed"] in words_at(passage)
    assert seat.get("office_as_printed", "") in text_of(passage["document"])


@with_documents
@pytest.mark.parametrize("kind", COUNTS)
def test_no_sentence_is_copied(kind):
    printed = set().union(*(runs_of(text_of(code), LONGEST_RUN + 1) for code in TEXTS))
    for item in SEEDED[kind]:
        for name in item.keys() - {field for owner, field in PRINTED if owner == kind}:
            if (item["code"], name) == ("joint-statement-2023-07-24", "title"):
                continue
            for text in values_of(item, name):
                copied = runs_of(text, LONGEST_RUN + 1) & printed
                assert not copied, (item["code"], name)
