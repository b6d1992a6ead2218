"""The charts on pages: figures of indicators, and statuses over time."""

import datetime
from collections.abc import Sequence
from typing import Any

from babel.dates import format_skeleton
from flask_babel import format_date, format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.exports.charts import chart_types
from tracker.models import AsOf, Claim, Commitment, Indicator
from tracker.queries import dashboard, indicators
from tracker.records import CATALOGUE
from tracker.records.claims import claim_period
from tracker.vocabulary import OverallStatus

#: The number of the largest changes that are named.
MAX_NAMED = 3


def indicator_figures(indicator: Indicator) -> dict[str, Any]:
    """Return the context of the page of an indicator: its figures, those plotted, and their chart."""
    claims = indicators.indicator_claims(indicator)
    plotted = claims.plottable(indicator)
    return {
        "figures": claims,
        "plotted": plotted,
        "chart": indicator_chart(indicator, plotted),
        "why_not_drawn": reason_not_drawn,
    }


def commitment_figures(commitment: Commitment) -> dict[str, Any]:
    """Return the context of the page of a commitment: the claims tied to it, and {indicator: chart}."""
    tied = indicators.commitment_claims(commitment)
    plotted = {claim.indicator: tied.plottable(claim.indicator) for claim in tied.claims if claim.indicator}
    charts_of_tied = {
        indicator: indicator_chart(indicator, claims) for indicator, claims in plotted.items() if len(claims) > 1
    }
    return {"tied": tied, "charts_of_tied": charts_of_tied}


def indicator_chart(indicator: Indicator, claims: Sequence[Claim]) -> Markup:
    """Return the chart of figures of an indicator, with a description; empty where no figure has a day."""
    points = [
        (*days, claim.value or 0, figure_text(claim)) for claim in claims if (days := indicators.claim_days(claim))
    ]
    if not points:
        return Markup("")
    title = _("%(indicator)s, in %(unit)s", indicator=indicator, unit=indicator.unit)
    description = ngettext(
        "One figure: %(first)s.",
        "%(num)s figures, from %(first)s to %(last)s.",
        len(points),
        first=points[0][-1],
        last=points[-1][-1],
    )
    return chart_types.line_chart(title, description, points, indicator.unit, key=f"figures-{indicator.code}")


def figure_text(claim: Claim) -> str:
    """Return a figure with its period: 26,000 (January 1, 2020 – December 31, 2022)."""
    columns = CATALOGUE["claims"].columns
    number = columns["value"].display(claim.value)
    when = claim_period(claim) or _("published on %(day)s", day=columns["published_on"].display(claim.published_on))
    return _("%(number)s (%(when)s)", number=number, when=when)


def reason_not_drawn(claim: Claim) -> str:
    """Return why a figure that is not revised is left out of the chart of its indicator, or ""."""
    if claim.value is None:
        return ""
    if not indicators.in_unit(claim):
        return _("not drawn: in another unit")
    return "" if indicators.claim_days(claim) else _("not drawn: of no known day")


def status_trend(as_of: AsOf) -> dict[str, Any]:
    """Return the statuses of all commitments at the ends of months: days, words, counts, chart and summary.

    Empty if fewer than two of the days had commitments.
    """
    by_day = dashboard.statuses_over_time(dashboard.month_ends(as_of.on), as_of)
    days, counts = sorted(by_day), [by_day[day] for day in sorted(by_day)]
    if len(days) < 2:
        return {}
    words = [word for word in OverallStatus if any(word in counted for counted in counts)]
    labels = [format_skeleton("yMMM", day, locale=get_locale()) for day in days[:-1]]
    labels.append(format_date(days[-1], "medium"))
    series = [(word.value, str(word.label), [counted.get(word, 0) for counted in counts]) for word in words]
    title = _("Commitments by overall status, %(first)s to %(last)s", first=labels[0], last=labels[-1])
    summary = _describe_trend(days, series)
    chart = chart_types.stacked_columns(title, summary, labels, series, key="statuses")
    return {"days": days, "words": words, "counts": counts, "chart": chart, "summary": summary}


def _describe_trend(days: Sequence[datetime.date], series: Sequence[tuple[str, str, Sequence[int]]]) -> str:
    """Return a sentence on the first and last totals, and one on the counts that changed most."""

    def span(counts: Sequence[int]) -> dict[str, str]:
        return {"before": format_decimal(counts[0]), "after": format_decimal(counts[-1])}

    totals = [sum(counts) for counts in zip(*(counts for *_word, counts in series), strict=True)]
    first, last = (format_date(day, "long") for day in (days[0], days[-1]))
    text = _("%(before)s commitments on %(first)s, %(after)s on %(last)s.", first=first, last=last, **span(totals))
    changed = sorted((row for row in series if row[2][0] != row[2][-1]), key=lambda row: -abs(row[2][-1] - row[2][0]))
    if not changed:
        return text + " " + _("Each status has as many as before.")
    moves = [
        _("%(status)s from %(before)s to %(after)s", status=label, **span(counts)) for _word, label, counts in changed
    ]
    return text + " " + _("The largest changes: %(changes)s.", changes="; ".join(moves[:MAX_NAMED]))
