"""A spreadsheet from its upload to the records, in a browser; each page on the way can be used by everybody."""

import pytest

from tests.actions.imports.conftest import sheet
from tests.browser.test_accessibility import problems

FILE = sheet(
    ["code", "Nombre", "kind", "Notas"],
    ["fr", "Francia", "País", "x"],
    ["us", "The United States", "country", ""],
    delimiter=";",
)


def chosen(page, name, content):
    page.goto("/import/?kind=parties")
    page.get_by_label("File").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_spreadsheet_becomes_records(browser, site, width, scheme):
    context = browser.new_context(
        base_url=site, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()

    def sound():
        assert problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto("/parties/")
    page.get_by_role("link", name="Import").click()
    sound()
    chosen(page, f"bodies-{width}.csv", FILE.replace(b"fr;", f"fr-{width};".encode()))
    page.get_by_role("button", name="Upload and look at it").click()
    sound()
    page.get_by_role("button", name="Preview").click()
    assert "2 things have to be put right" in page.get_by_role("alert").inner_text()
    sound()
    page.get_by_label("Field that “Nombre” fills").select_option("Name")
    page.get_by_label("Field that “Notas” fills").select_option("none: leave it out")
    page.get_by_role("button", name="Preview").click()
    assert page.get_by_role("heading", name="What has to be put right").is_visible()
    sound()
    page.get_by_role("link", name="Columns and values").click()
    page.get_by_label("País").select_option("Country")
    page.get_by_role("button", name="Preview").click()
    sound()
    page.get_by_role("button", name="Import").click()
    assert page.get_by_role("status").first.inner_text().startswith("Imported: 1 added")
    context.close()


#: Keeps what the bar shows beyond the page it is on; a page that is being left cannot be asked.
WATCH = """
addEventListener("DOMContentLoaded", () => {
  const line = document.querySelector("[data-progress]");
  if (line) new MutationObserver(() => {
    const shown = line.innerText + " of " + line.querySelector("progress").max;
    if (line.checkVisibility()) sessionStorage.setItem("bar", shown);
  }).observe(line, {attributes: true});
});
"""


@pytest.mark.long
def test_a_bar_tells_how_far_a_long_reading_is(page):
    page.add_init_script(WATCH)
    rows = ([f"body-{n}", f"Body {n}", "country"] for n in range(6_000))
    chosen(page, "many.csv", sheet(["code", "name", "kind"], *rows))
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("button", name="Preview").click(timeout=60_000)
    page.get_by_role("button", name="Import 6,000 records").wait_for(timeout=60_000)
    shown = page.evaluate("sessionStorage.getItem('bar')")
    assert "Rows read" in shown
    assert shown.endswith("/ 6,000 of 6000")
