"""Figures as charts, for the pages that tell of them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from tracker.exports import charts
from tracker.models import Claim, Commitment, Indicator
from tracker.queries import figures
from tracker.records import CATALOGUE
from tracker.records.claims import period


def of_indicator(indicator: Indicator) -> dict[str, Any]:
    """Return what the page of an indicator tells: its figures, those drawn, and their chart."""
    found = figures.of_indicator(indicator)
    drawn = found.drawn(indicator)
    return {"figures": found, "drawn": drawn, "chart": chart_of(indicator, drawn), "why_not_drawn": why_not_drawn}


def of_commitment(commitment: Commitment) -> dict[str, Any]:
    """Return what the page of a commitment tells of claims: those tied to it, and {indicator: chart}."""
    tied = figures.of_commitment(commitment)
    drawn = {claim.indicator: tied.drawn(claim.indicator) for claim in tied.told if claim.indicator}
    charts_of_tied = {each: chart_of(each, claims) for each, claims in drawn.items() if len(claims) > 1}
    return {"tied": tied, "charts_of_tied": charts_of_tied}


def chart_of(indicator: Indicator, claims: Sequence[Claim]) -> Markup:
    """Return figures of an indicator as a chart, described in words; nothing for none."""
    points = [(*days, claim.value or 0, told(claim)) for claim in claims if (days := figures.days_of(claim))]
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
    return charts.line(title, description, points, indicator.unit, key=f"figures-{indicator.code}")


def told(claim: Claim) -> str:
    """Return a figure with what it is of: 26,000 (January 1, 2020 – December 31, 2022)."""
    columns = CATALOGUE["claims"].columns
    number = columns["value"].text(claim.value)
    when = period(claim) or _("published on %(day)s", day=columns["published_on"].text(claim.published_on))
    return _("%(number)s (%(when)s)", number=number, when=when)


def why_not_drawn(claim: Claim) -> str:
    """Return why a figure that stands is not among those of its indicator that are drawn, or nothing."""
    if claim.value is None:
        return ""
    if not figures.in_unit(claim):
        return _("not drawn: in another unit")
    return "" if figures.days_of(claim) else _("not drawn: of no known day")
