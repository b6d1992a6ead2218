"""Planting: any number of times, never over what was edited or removed here, and all of it or nothing."""

import shutil

import pytest
import yaml
from sqlalchemy import func, select

from tests import make
from tracker.actions.save import remove_record, save
from tracker.actions.seed import load_seeds
from tracker.database import Base, session, writing
from tracker.errors import Invalid
from tracker.models import Change, Commitment, Framework, Participation, Party
from tracker.paths import folder
from tracker.queries import history, listing
from tracker.queries.integrity import integrity_problems
from tracker.records import CATALOGUE, kind_of

NUMBER = 94
C1, C7 = "mx-us-2023-07-24.c1", "mx-us-2023-07-24.c7"
SEAT = "mx-us-2023-07-24.s1"


@pytest.fixture
def seeds(tmp_path):
    """A copy of the seeds, to be altered."""
    return shutil.copytree(folder("seeds"), tmp_path / "seeds")


def rewrite(seeds, kind, code, /, **fields):
    """Write other fields into an item of a file, or into a new one."""
    path = seeds / f"{kind}.yaml"
    items = yaml.load(path.read_text("utf-8"), yaml.BaseLoader) if path.exists() else []
    if not any(item.get("code") == code for item in items):
        items.append({"code": code} if code else {})
    for item in items:
        if item.get("code") == code:
            item |= fields
    path.write_text(yaml.safe_dump(items, allow_unicode=True, sort_keys=False), "utf-8")


def dump():
    """Return the content of every table."""
    return {table.name: sorted(map(repr, session.execute(select(table)))) for table in Base.metadata.tables.values()}


def planted_again(app, source=None):
    with app.app_context(), writing():
        return load_seeds(source or folder("seeds"))


def edit(record, **changes):
    save(make.account(), record, kind_of(record).form.from_plain(changes, record))


def of_code(model, code):
    return session.scalars(select(model).where(model.code == code)).one()


def tally(planted):
    return planted.added, planted.changed, planted.same


def test_an_empty_database_is_planted_whole_under_the_account_of_seeding(empty_app):
    planted = planted_again(empty_app)
    assert tally(planted) == (NUMBER, 0, 0)
    assert planted.left == []
    with empty_app.app_context():
        changes = session.scalars(select(Change)).all()
        assert len(changes) == NUMBER
        assert {change.account.code for change in changes} == {"seeds"}
        assert integrity_problems() == []


def test_planting_twice_leaves_every_table_as_it_was(app):
    with app.app_context():
        before = dump()
    assert before["change"]
    assert len(before["commitment"]) == 9
    planted = planted_again(app)
    assert tally(planted) == (0, 0, NUMBER)
    assert planted.left == []
    with app.app_context():
        assert dump() == before


def test_a_field_edited_here_stays_and_is_told(app, seeds):
    with app.app_context(), writing():
        edit(of_code(Party, "mx"), name="The United Mexican States")
        edit(of_code(Commitment, C1), frameworks=["los-angeles-declaration"], priority="high")
    rewrite(seeds, "parties", "mx", name="México", note="A country.")
    planted = planted_again(app, seeds)
    assert tally(planted) == (0, 1, NUMBER - 1)
    assert planted.left == [
        "parties/mx: name was edited here, and stays.",
        f"commitments/{C1}: frameworks was edited here, and stays.",
        f"commitments/{C1}: priority was edited here, and stays.",
    ]
    with app.app_context():
        party, commitment = of_code(Party, "mx"), of_code(Commitment, C1)
        assert (party.name, party.note) == ("The United Mexican States", "A country.")
        assert [framework.code for framework in commitment.frameworks] == ["los-angeles-declaration"]
        before = dump()
    assert planted_again(app, seeds).left == planted.left
    with app.app_context():
        assert dump() == before


def test_a_field_edited_on_its_page_stays(app, client):
    client.send(f"/commitments/{C7}/edit", {"title": "Our title"})
    assert planted_again(app).left == [f"commitments/{C7}: title was edited here, and stays."]
    assert "Our title" in client.get(f"/commitments/{C7}").text


def test_a_field_emptied_here_stays_empty(app):
    with app.app_context(), writing():
        edit(of_code(Party, "mx"), name_es=None)
    assert planted_again(app).left == ["parties/mx: name_es was edited here, and stays."]
    with app.app_context():
        assert of_code(Party, "mx").name_es is None


def test_a_field_edited_here_to_what_the_seeds_say_is_not_told(app):
    with app.app_context(), writing():
        edit(of_code(Party, "mx"), name="Another")
        edit(of_code(Party, "mx"), name="Mexico")
    planted = planted_again(app)
    assert (tally(planted), planted.left) == ((0, 0, NUMBER), [])


def test_what_planting_wrote_last_follows_the_seeds(app, seeds):
    rewrite(seeds, "parties", "mx", name="México", note="New.")
    rewrite(seeds, "commitments", C1, frameworks=["bicentennial-framework", "los-angeles-declaration"])
    rewrite(seeds, "commitments", C7, deadline_kind="explicit", due_on="2030-01-31")
    rewrite(seeds, "participations", SEAT, office_as_printed="Another office")
    rewrite(seeds, "parties", "ca", name="Canada", kind="country")
    planted = planted_again(app, seeds)
    assert tally(planted) == (1, 4, NUMBER - 4)
    assert planted.left == []
    with app.app_context():
        assert (of_code(Party, "mx").name, of_code(Party, "mx").note) == ("México", "New.")
        assert [f.code for f in of_code(Commitment, C1).frameworks] == [
            "bicentennial-framework",
            "los-angeles-declaration",
        ]
        assert of_code(Commitment, C7).due_on.isoformat() == "2030-01-31"
        assert of_code(Participation, SEAT).office_as_printed == "Another office"
        assert of_code(Party, "ca").name == "Canada"
        last = history.record_history(CATALOGUE["parties"], "mx")[0]
        assert last.account.code == "seeds"
        assert last.fields == {"name": ["Mexico", "México"], "note": [None, "New."]}
        assert integrity_problems() == []
    assert tally(planted_again(app, seeds)) == (0, 0, NUMBER + 1)


def test_a_field_the_seeds_leave_out_keeps_its_value(app, seeds):
    with app.app_context(), writing():
        edit(of_code(Commitment, C1), done_when="When it is done.", every_months=6, deadline_kind="recurring")
    rewrite(seeds, "commitments", C1, title="Another title")
    planted_again(app, seeds)
    with app.app_context():
        commitment = of_code(Commitment, C1)
        assert (commitment.title, commitment.done_when) == ("Another title", "When it is done.")
        assert commitment.every_months == 6


def test_a_value_written_in_another_way_is_no_change(app, seeds):
    rewrite(seeds, "commitments", C1, made_on="24 July 2023", title=f"  {title_of(seeds)}\n")
    rewrite(seeds, "participations", "mx-us-2023-07-24.s6", is_group="yes")
    rewrite(seeds, "areas", "arms", order="020")
    rewrite(seeds, "documents", "joint-statement-2023-07-24", issued_by="us; mx")
    rewrite(seeds, "claims", "mx-us-2023-05-30.claim-1", value="1000000.0")
    with app.app_context():
        before = dump()
    planted = planted_again(app, seeds)
    assert tally(planted) == (0, 0, NUMBER)
    with app.app_context():
        assert dump() == before


def title_of(seeds):
    items = yaml.load((seeds / "commitments.yaml").read_text("utf-8"), yaml.BaseLoader)
    return next(item["title"] for item in items if item["code"] == C1)


# What was removed


def test_what_was_removed_stays_removed_and_is_told(app):
    with app.app_context(), writing():
        remove_record(make.account(), listing.get_record(CATALOGUE["commitments"], C7))
        remove_record(make.account(), listing.get_record(CATALOGUE["participations"], SEAT))
    planted = planted_again(app)
    assert planted.added == planted.changed == 0
    assert planted.left == [
        f"participations/{SEAT} was removed, and stays removed.",
        f"commitments/{C7} was removed, and stays removed.",
        f"commitment-parties/{C7}.p1 was removed, and stays removed.",
        f"commitment-parties/{C7}.p2 was removed, and stays removed.",
        f"commitment-sources/{C7}.s1 was removed, and stays removed.",
    ]
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Commitment)) == 8
        assert integrity_problems() == []


def test_a_row_added_to_the_seeds_of_a_removed_record_is_left_and_told(app, seeds):
    with app.app_context(), writing():
        remove_record(make.account(), listing.get_record(CATALOGUE["commitments"], C7))
    rewrite(seeds, "commitment-sources", f"{C7}.s2", commitment=C7, passage="joint-statement-2023-07-24.x1")
    planted = planted_again(app, seeds)
    assert any(f"commitment-sources/{C7}.s2" in told for told in planted.left)


# All or nothing


@pytest.mark.parametrize(
    ("kind", "code", "fields", "named"),
    [
        ("parties", "ca", {"name": "Canada"}, "parties.ca.kind"),
        ("parties", "ca", {"name": "Canada", "kind": "planet"}, "parties.ca.kind"),
        ("parties", "ca", {"name": "Canada", "kind": "country", "colour": "red"}, "parties.ca.colour"),
        ("parties", "ca", {"name": ["Canada"], "kind": "country"}, "parties.ca.name"),
        ("parties", "C A", {"name": "Canada", "kind": "country"}, "parties.C A.code"),
        ("claims", "c9", {"text": "So it is", "passage": "nowhere.x1"}, "claims.c9.passage"),
        ("claims", "c9", {"text": "So it is", "value": "many"}, "claims.c9.value"),
        ("claims", "c9", {"text": "So it is", "period_start": "2023-02-30"}, "claims.c9.period_start"),
        ("commitments", C1, {"kind": "promise"}, f"commitments.{C1}.kind"),
        ("commitments", C1, {"due_on": "2030-01-31"}, f"commitments.{C1}.deadline_kind"),
        ("commitments", C1, {"frameworks": ["nowhere"]}, f"commitments.{C1}.frameworks"),
        ("commitments", C1, {"colour": "red"}, f"commitments.{C1}.colour"),
        ("commitments", C1, {"title": ["A", "B"]}, f"commitments.{C1}.title"),
        ("commitments", C1, {"title": {"en": "A"}}, f"commitments.{C1}.title"),
        ("participations", "mx-us-2023-07-24.x9", {}, "participations.mx-us-2023-07-24.x9"),
    ],
)
def test_an_invalid_item_is_named_and_leaves_nothing_planted(app, seeds, kind, code, fields, named):
    with app.app_context():
        before = dump()
    # Something sound comes before it, and after.
    rewrite(seeds, "parties", "fr", name="France", kind="country")
    rewrite(seeds, "claims", "mx-us-2023-05-30.claim-6", text="Other words")
    rewrite(seeds, kind, code, **fields)
    with pytest.raises(Invalid) as refusal:
        planted_again(app, seeds)
    assert any(name.startswith(named) for name in refusal.value.errors), refusal.value.errors
    assert all(refusal.value.errors.values())
    with app.app_context():
        assert dump() == before


def test_an_item_without_a_code_is_named_and_leaves_nothing_planted(app, seeds):
    with app.app_context():
        before = dump()
    rewrite(seeds, "parties", None, name="Canada", kind="country")
    with pytest.raises(Invalid, match=r"parties\..*code"):
        planted_again(app, seeds)
    with app.app_context():
        assert dump() == before


@pytest.mark.parametrize("written", ["just words", "code: mx\n", "- mx\n- us\n", "- [mx, us]\n", "- code: [mx\n"])
def test_a_file_that_is_no_list_of_items_is_named(app, seeds, written):
    (seeds / "frameworks.yaml").write_text(written, "utf-8")
    with pytest.raises(Invalid, match="frameworks"):
        planted_again(app, seeds)


@pytest.mark.parametrize("written", ["", "# Nothing here yet.\n", "[]\n"])
def test_a_file_without_items_plants_nothing(app, seeds, written):
    (seeds / "indicators.yaml").write_text(written, "utf-8")
    assert tally(planted_again(app, seeds)) == (0, 0, NUMBER)


def test_a_folder_with_some_kinds_plants_those(app, tmp_path):
    rewrite(tmp_path, "frameworks", "new-framework", name="A new framework")
    assert tally(planted_again(app, tmp_path)) == (1, 0, 0)
    with app.app_context():
        assert of_code(Framework, "new-framework").name == "A new framework"
