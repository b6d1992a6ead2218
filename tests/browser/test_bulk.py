"""Changing many commitments in a real browser: ticking, confirming and undoing, with and without a script."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import problems


def choose(page):
    """Tick two commitments of the list, and choose what to give them."""
    page.goto("/commitments/?area=migration")
    for name in ("Go on building", "Widen legal pathways"):
        page.get_by_role("checkbox", name=f"Select “{name}").check()
    page.get_by_role("button", name="Change the selected").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 2 commitments")
    page.get_by_label("Owner", exact=True).select_option("local")
    page.get_by_label("Review every so many days").fill("45")


def confirm_and_undo(page):
    page.get_by_role("button", name="Show what will change").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 2 commitments?")
    expect(page.get_by_role("row")).to_have_count(5)
    page.get_by_role("button", name="Change 2 commitments").click()
    expect(page.get_by_role("status").first).to_have_text("Changed 2 commitments.")
    expect(page).to_have_url("/commitments/?area=migration")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").first).to_contain_text("The step is undone")
    page.goto("/commitments/?owner=local")
    expect(page.get_by_text("Nothing matches all of these filters.")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_two_are_changed_and_it_is_undone(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    wrong = []

    def look():
        wrong.extend(problems(page))
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    choose(page)
    look()
    page.get_by_label("Review every so many days").fill("soon")
    page.get_by_role("button", name="Show what will change").click()
    expect(page.get_by_role("alert")).to_contain_text("Review every so many days: Write a whole number")
    look()
    page.get_by_label("Review every so many days").fill("45")
    page.get_by_role("button", name="Show what will change").click()
    look()
    page.get_by_role("button", name="Change 2 commitments").click()
    look()
    page.get_by_role("link", name="Changes to many, and undo").click()
    look()
    page.goto("/commitments/?area=migration")
    page.get_by_role("button", name="Change the selected").click()
    expect(page.get_by_role("alert")).to_contain_text("No commitment is selected")
    look()
    assert not wrong, "\n".join(wrong)


def test_the_head_ticks_all_and_the_button_counts(page):
    page.goto("/commitments/?area=migration")
    button = page.get_by_role("button", name="Change the selected")
    expect(button).to_have_text("Change the selected")
    page.get_by_label("All on this page").check()
    expect(button).to_have_text("Change the selected (4)")
    page.get_by_role("checkbox", name="Select “Go on building").uncheck()
    expect(button).to_have_text("Change the selected (3)")
    assert page.locator("#pick-all").evaluate("box => box.indeterminate && !box.checked")
    button.click()
    expect(button).to_have_count(0)
    page.evaluate("history.back()")
    expect(button).to_have_text("Change the selected (3)")


def test_it_works_with_a_script(page):
    choose(page)
    confirm_and_undo(page)


@pytest.mark.long
def test_it_works_without_a_script(browser, site):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/commitments/")
    expect(page.locator("#pick-all")).to_be_hidden()
    choose(page)
    confirm_and_undo(page)
    context.close()
