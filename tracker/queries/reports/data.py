"""The whole of a report as data: a head with all figures and news, and the records it rests on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask_babel import get_locale

from tracker.dates import zone
from tracker.queries import listing
from tracker.queries.reports import records, summary
from tracker.queries.reports.changes import report_changes
from tracker.queries.reports.parameters import ReportParameters
from tracker.records import CATALOGUE, record_address
from tracker.records.codebook import codebook, describe_columns

#: Which shape the data of reports has; another is another number, so that those kept in this one can still be read.
FORMAT = 1


@dataclass(frozen=True)
class ReportData:
    """What a report says. `rows` yields the records of a kind, each time anew; there are `head["rows"]` of each."""

    head: dict[str, Any]
    rows: Callable[[str], Iterator[dict[str, Any]]]


def report_data(asked: ReportParameters) -> ReportData:
    """Return what a report says by the records as they are."""
    queries = records.report_queries(asked)
    counts = {name: listing.count_rows(query) for name, query in queries.items()}
    columns = {name: [*records.report_columns(CATALOGUE[name]), CATALOGUE[name].url_column("")] for name in queries}
    head = {
        "format": FORMAT,
        "report": _asked(asked),
        "rows": counts,
        "summary": summary.report_summary(asked),
        "areas": summary.area_summaries(asked),
        "parties": summary.party_summaries(asked),
        "brief": report_changes(asked),
        "columns": {name: describe_columns(each) for name, each in columns.items()},
        "codebook": codebook(chain.from_iterable(columns.values())),
    }
    return ReportData(head, lambda name: records.report_rows(CATALOGUE[name], queries[name], asked))


def _asked(asked: ReportParameters) -> dict[str, Any]:
    def met(meeting: Any) -> Any:
        return meeting and {
            "meeting": meeting.code,
            "title": meeting.title,
            "starts_on": meeting.starts_on.isoformat(),
            "date_precision": meeting.date_precision.value,
            "url": record_address(meeting, asked.address),
        }

    return {
        "title": asked.title,
        "cover_note": asked.cover_note,
        "scope": asked.scope,
        "sentence": asked.sentence,
        "as_of": asked.clock.on.isoformat(),
        "known_by": asked.known_by.isoformat(),
        "since": asked.since.isoformat() if asked.since else None,
        "since_meeting": met(asked.since_meeting),
        "next_meeting": met(asked.next_meeting),
        "chapters": [word.value for word in asked.chapters],
        "address": asked.address,
        "language": str(get_locale()),
        # Settings at the time: the report is drawn, and looked at again, by these.
        "timezone": zone().key,
        "review_every": asked.review_every,
    }
