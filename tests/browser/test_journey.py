"""An analyst's way through the seeded tracker, in a real browser."""

import csv
import re

from playwright.sync_api import expect

from tests import make
from tests.browser.test_accessibility import problems
from tests.conftest import Place
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import writing
from tracker.records.record_lookup import MAX_OPTIONS


def test_from_the_start_to_an_export(page):
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("What was undertaken, and how it stands")
    expect(page.get_by_text("9 commitments, from 2 meetings.")).to_be_visible()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Commitments").click()
    page.get_by_role("group", name="Policy area").get_by_label("Migration").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(re.compile(r"/commitments/\?area=migration$"))
    expect(page.get_by_text("4 of 9")).to_be_visible()
    expect(page.locator(".list-table tbody tr")).to_have_count(4)

    page.locator(".list-table tbody th a").first.click()
    expect(page.get_by_role("region", name="How it stands, per party")).to_contain_text("Not assessed")
    page.get_by_role("link", name="US delegation received").first.click()
    expect(page.get_by_role("heading", name="Who attended")).to_be_visible()
    expect(page.get_by_role("heading", name="Only mentioned")).to_be_visible()
    expect(page.get_by_text("Rosa Icela Rodríguez").first).to_be_visible()

    page.goto("/commitments/mx-us-2023-07-24.c4")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Priority").select_option("high")
    page.get_by_label("What would count as done").fill("New visas are open to applicants")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_text("New visas are open to applicants")).to_be_visible()

    page.get_by_role("link", name="History").click()
    row = page.get_by_role("row", name="Priority").first
    expect(row).to_contain_text("Normal")
    expect(row).to_contain_text("High")
    expect(page.get_by_role("heading", name="Local account · Edited")).to_be_visible()

    page.goto("/commitments/?area=migration")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["area"] for row in rows] == ["migration"] * 4
    assert {row["priority"] for row in rows} == {"normal", "high"}


def test_what_is_typed_wrongly_is_kept_and_pointed_at(page):
    page.goto("/commitments/mx-us-2023-07-24.c1/edit")
    page.get_by_label("Title required").fill("A title still being written")
    page.get_by_label("Deadline required").select_option("explicit")
    page.locator("#due_on").fill("30 February 2024")
    page.get_by_role("button", name="Save").last.click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error:")
    summary.get_by_role("link").first.click()
    expect(page.locator("#due_on")).to_be_focused()
    expect(page.locator("#due_on")).to_have_value("30 February 2024")
    expect(page.get_by_label("Title required")).to_have_value("A title still being written")


def test_seats_are_added_in_the_table_of_their_meeting(page):
    page.goto("/meetings/mx-us-2023-07-24/edit")
    seat = page.get_by_role("group", name=re.compile("^Seat or mention 8"))
    seat.get_by_label("Name as printed").fill("Members of the press")
    seat.get_by_label("Group").check()
    seat.get_by_label("On behalf of").select_option("us")
    seat.get_by_label("Attendance").select_option("mentioned_only")
    page.get_by_role("button", name="Add another: Seat or mention").click()
    following = page.get_by_role("group", name=re.compile("^Seat or mention 9"))
    expect(following.get_by_label("Name as printed")).to_have_value("")
    expect(following.get_by_label("Name as printed")).to_be_focused()
    page.get_by_role("group", name=re.compile("^Seat or mention 6")).get_by_label("Remove").check()
    page.get_by_role("button", name="Save all").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_text("Members of the press")).to_be_visible()
    expect(page.get_by_text("senior Government of Mexico officials")).to_have_count(0)


def test_the_keyboard_alone_reaches_the_content(page):
    page.goto("/commitments/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_name_that_is_typed_is_completed(page, where):
    app = create_app(Settings(data=where, database=Place("served", where).name))
    with app.app_context(), writing():
        for number in range(MAX_OPTIONS):
            make.participant(code=f"person-{number}", name=f"Person Number {number}")
    page.goto("/meetings/mx-us-2023-07-24/edit")
    seat = page.get_by_role("group", name=re.compile("^Seat or mention 1"))
    seat.get_by_text("More", exact=True).click()
    seat.get_by_label("Participant").fill("")
    seat.get_by_label("Participant").press_sequentially("number 42")
    expect(page.locator("datalist option")).to_have_count(1)
    expect(page.locator("datalist option")).to_have_attribute("value", "person-42")
    expect(page.locator("datalist option")).to_have_text("Person Number 42")
    assert not problems(page)
    app.extensions["tracker.engine"].dispose()
