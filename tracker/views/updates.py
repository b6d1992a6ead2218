"""The pages for logging the progress of a commitment: updates, corrections and checks."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tracker.actions.updates import leads_in_order, log_check, log_update, void_check
from tracker.database import session
from tracker.dates import today
from tracker.errors import Conflict, TrackerError
from tracker.models import Account, CheckLog, Commitment, ProgressUpdate
from tracker.records import CATALOGUE, record_address
from tracker.records.base import RowForm
from tracker.records.fields import mask_forbidden
from tracker.records.updates import CheckForm, EvidenceForm, UpdateForm
from tracker.views.forms import field_errors, handle_form, only_field_errors, posted_form
from tracker.views.record_editor import RecordEditor
from tracker.views.records import get_or_404
from tracker.views.urls import local_path
from tracker.vocabulary import WITHOUT_EVIDENCE, Status

pages = Blueprint("updates", __name__)

UPDATES, EVIDENCE, CHECKS, COMMITMENTS = (CATALOGUE[name] for name in ("updates", "evidence", "checks", "commitments"))
#: The choice of all leads in the place of one, and of a void in the place of a status; no code or word starts so.
JOINTLY, VOID = "*", "*"


class UpdateEditor(RecordEditor):
    """The form of an update, or a correction, of one lead or of all, with its evidence."""

    form: UpdateForm

    def __init__(
        self,
        commitment: Commitment,
        corrected: ProgressUpdate | None,
        posted: MultiDict[str, str] | None,
        begun: MultiDict[str, str],
    ) -> None:
        self.commitment, self.corrected = commitment, corrected
        super().__init__(UPDATES, ProgressUpdate(), posted, begun)

    def build(self) -> None:
        typed = MultiDict(self.typed or ())
        self.leads = [row.party for row in leads_in_order(self.commitment)]
        self.party = typed.get("party", "") or (self.leads[0].code if len(self.leads) == 1 else "")
        self.void = typed.get("status") == VOID and self.corrected is not None
        typed.setlist("code", [])
        typed.setlist("commitment", [self.commitment.code])
        typed.setlist("party", [self.corrected.party.code if self.corrected else self.party.replace(JOINTLY, "")])
        typed.setlist("corrects", [self.corrected.code] if self.corrected else [])
        if self.void:
            for name in ("status", "confidence", "claimed_status", "claimed_by"):
                typed.setlist(name, [""])
        self.form = UpdateForm(typed, lookup=self.lookup)
        self.tables = [self.table(EVIDENCE, EvidenceForm, "update")]

    def save(self, account: Account | None) -> None:
        rows = [] if self.void else self.rows
        self.record = log_update(account, self.form, rows, jointly=self.party == JOINTLY)[0]


def begun_from(update: ProgressUpdate) -> MultiDict[str, str]:
    """Return the typed values that give an update and its evidence, as the start of a correction."""
    typed: MultiDict[str, str] = MultiDict()
    forms: list[tuple[str, RowForm]] = [("", UpdateForm(obj=update))]
    forms += [(f"evidence-{n}-", EvidenceForm(obj=piece)) for n, piece in enumerate(update.evidence)]
    for prefix, form in forms:
        for field in form:
            if field.short_name not in ("code", "corrects", "update"):
                typed.setlist(prefix + field.short_name, field.to_input(field.to_json(field.data)))
    return typed


@pages.route("/commitments/<code:code>/log", methods=["GET", "POST"])
def log(code: str) -> ResponseReturnValue:
    return _log_page(get_or_404(COMMITMENTS, code), None)


@pages.route("/updates/<code:code>/correct", methods=["GET", "POST"])
def correct(code: str) -> ResponseReturnValue:
    update = get_or_404(UPDATES, code)
    if update.corrected_by and request.method == "GET":
        later = update.corrected_by.code
        raise Conflict(_("%(code)s was corrected already, by %(by)s: correct that one.", code=code, by=later))
    return _log_page(update.commitment, update)


class LoggedMeanwhile(Conflict):
    """Updates of the commitment were logged after the form was opened."""

    def __init__(self, updates: Sequence[ProgressUpdate]) -> None:
        super().__init__(_("Something was logged since you opened this page"))
        self.updates = updates


def _log_page(commitment: Commitment, corrected: ProgressUpdate | None) -> ResponseReturnValue:
    with session.no_autoflush:
        begun = begun_from(corrected) if corrected else request.args
        editor = UpdateEditor(commitment, corrected, posted_form(), begun)
        next_address = local_path(request.values.get("next"))

        def show(refusal: TrackerError | None) -> str:
            return render_template(
                "updates/log.html",
                commitment=commitment,
                editor=editor,
                seen=latest_update_code(commitment),
                next=next_address,
                # “Not assessed” is the status without an update; voiding what was logged restores it.
                statuses=[s for s in Status if s is not Status.NOT_ASSESSED and not s.is_retired],
                without_evidence=WITHOUT_EVIDENCE,
                refusal=refusal,
                meanwhile=refusal.updates if isinstance(refusal, LoggedMeanwhile) else [],
            )

        def act() -> str | None:
            seen = request.form.get("seen", "")
            if seen != latest_update_code(commitment):
                raise LoggedMeanwhile(_updates_since(commitment, seen))
            if "add" in request.form:
                return None
            editor.save(g.account)
            flash(_("Logged."))
            return next_address or record_address(editor.record)

        return handle_form(show, act)


def latest_update_code(commitment: Commitment) -> str:
    """Return the code of the last update of a commitment, or ""."""
    query = select(ProgressUpdate.code).where(ProgressUpdate.commitment == commitment)
    return session.scalar(query.order_by(ProgressUpdate.id.desc()).limit(1)) or ""


def _updates_since(commitment: Commitment, seen: str) -> list[ProgressUpdate]:
    """Return the updates logged after the one with the code `seen`."""
    updates = session.scalars(select(ProgressUpdate).where(ProgressUpdate.commitment == commitment)).all()
    # Not compared in a query: `seen` may be anything.
    last_seen = next((update.id for update in updates if update.code == seen), 0)
    return [update for update in updates if update.id > last_seen]


@pages.route("/commitments/<code:code>/check", methods=["GET", "POST"])
def check(code: str) -> ResponseReturnValue:
    commitment = get_or_404(COMMITMENTS, code)
    fresh = {"checked_on": today().isoformat(), "where_searched": _last_place_searched()}
    typed = MultiDict(fresh if request.method == "GET" else request.form)
    typed.setlist("commitment", [code])
    for name in ("code", "voids", "reason"):
        typed.setlist(name, [])
    form, settle = CheckForm(typed), bool(request.form.get("settle"))
    next_address = local_path(request.values.get("next"))

    def show(refusal: TrackerError | None) -> str:
        return render_template(
            "updates/check.html",
            commitment=commitment,
            form=form,
            errors=field_errors(form),
            settle=settle,
            refusal=refusal,
            unassessed=[row for row in leads_in_order(commitment) if row.status is Status.NOT_ASSESSED],
            next=next_address,
        )

    def act() -> str:
        with session.no_autoflush:
            logged = log_check(g.account, form, settle)
        flash(_("Logged: you searched, and found nothing."))
        return next_address or record_address(logged)

    return handle_form(show, act)


def _last_place_searched() -> str:
    """Return where this account searched last, as a default."""
    query = select(CheckLog.where_searched).where(CheckLog.recorded_by == g.account, CheckLog.voids_id.is_(None))
    return session.scalar(query.order_by(CheckLog.id.desc()).limit(1)) or ""


@pages.route("/checks/<code:code>/void", methods=["GET", "POST"])
def void(code: str) -> ResponseReturnValue:
    logged = get_or_404(CHECKS, code)
    if request.method == "GET" and (logged.voids or logged.voided_by):
        raise Conflict(_("%(code)s is void already, or makes another check void.", code=code))
    typed = mask_forbidden(request.form.get("reason", ""))

    def show(refusal: TrackerError | None) -> str:
        errors = only_field_errors(refusal, "reason", _("Why it is void"))
        return render_template("updates/void.html", check=logged, refusal=refusal, errors=errors, typed=typed)

    def act() -> str:
        void_check(g.account, logged, request.form.get("reason", ""))
        flash(_("Void. The check stays on the timeline, struck out."))
        return record_address(logged)

    return handle_form(show, act)


@pages.get("/log")
def choose() -> ResponseReturnValue:
    """Ask for the commitment of a new update, passing on the values in the address."""
    begun = [(name, value) for name, value in request.args.items(multi=True) if name != "commitment"]
    if code := request.args.get("commitment"):
        get_or_404(COMMITMENTS, code)
        return redirect(f"{url_for('updates.log', code=code)}?{urlencode(begun)}")
    return render_template("updates/choose.html", begun=begun, form=UpdateForm())
