"""Reading a document beside what rests on it, and making passages by selecting words, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import problems
from tests.test_seeds import BY_CODE, DOCUMENTS, TEXTS, text_of, with_documents, words_at

JOINT = "joint-statement-2023-07-24"
X6 = f"{JOINT}.x6"


def attach(page, code, text=None):
    """Attach a text by the form of its document's page: a file, or what is pasted."""
    page.goto(f"/documents/{code}")
    if not page.locator("#attach-text").is_visible():
        page.get_by_text("Replace or detach the text").click()
    if text is None:
        page.get_by_label("File").set_input_files(DOCUMENTS / TEXTS[code][0])
    else:
        page.get_by_label("Or paste the text").fill(text)
    page.get_by_role("button", name="Attach this text").click()
    expect(page.get_by_role("status").first).to_contain_text("attached")


def marked(page, code):
    """Return the words that are marked for a passage."""
    return "".join(page.locator(f'mark[data-passages~="{code}"]').all_text_contents())


def select_words(page, paragraph, words, until=None):
    """Select words of a paragraph with the mouse's events, as if they had been dragged over."""
    page.evaluate(
        """([number, words, until]) => {
            const find = (number, words) => {
                const walker = document.createTreeWalker(
                    document.querySelector(`[data-paragraph="${number}"]`), NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    const at = walker.currentNode.data.indexOf(words);
                    if (at >= 0) return [walker.currentNode, at, at + words.length];
                }
            };
            const [first, start, end] = find(number, words);
            const [last, , finish] = until ? find(number + 1, until) : [first, start, end];
            document.getSelection().setBaseAndExtent(first, start, last, finish);
            first.parentElement.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
        }""",
        [paragraph, words, until],
    )


@with_documents
@pytest.mark.parametrize("code", TEXTS)
def test_every_seeded_passage_is_marked_where_it_is_recorded(page, code):
    page.emulate_media(reduced_motion="reduce")
    attach(page, code)
    expect(page.get_by_role("status").first).to_contain_text("0 moved, 0 not found")
    for item in BY_CODE["passages"].values():
        if item["document"] == code:
            assert marked(page, item["code"]) == words_at(item)
            page.goto(f"/documents/{code}#{item['code']}")
            expect(page.locator(f"[id='{item['code']}']")).to_be_in_viewport()


@with_documents
def test_an_inserted_word_moves_and_a_changed_one_loses(page):
    text = text_of(JOINT)
    attach(page, JOINT)
    attach(page, JOINT, text.replace("The leaders also discussed", "The four leaders also discussed"))
    # Its sentence is another one now; the sentences after it in its paragraph stand further on.
    expect(page.get_by_role("status").first).to_contain_text("5 found, 2 moved, 1 not found")
    notes = page.locator("#p3 .para-notes > li")
    expect(notes.nth(0)).to_contain_text("Words not found in the text")
    expect(notes.nth(1)).to_contain_text("Moved in the text")
    expect(notes.nth(2)).to_contain_text("Moved in the text")
    assert marked(page, X6) == words_at(BY_CODE["passages"][X6])
    page.goto("/commitments/mx-us-2023-07-24.c3")
    expect(page.locator(".tag-caveat")).to_have_text("Words not found in the text")
    page.goto("/meetings/mx-us-2023-07-24")
    expect(page.get_by_text("Words not found in the text")).to_have_count(1)
    attach(page, JOINT, text)
    expect(page.get_by_role("status").first).to_contain_text("8 found")
    expect(page.locator(".tag-caveat")).to_have_count(0)


@with_documents
def test_from_selected_words_to_a_commitment_and_back(page):
    attach(page, JOINT)
    select_words(page, 5, "Click HERE for source")
    bar = page.get_by_role("form", name="Record the selected words")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Commitment").click()
    expect(page).to_have_url(re.compile(r"/commitments/new\?meeting=mx-us-2023-07-24&"))
    assert page.locator("[name='commitment-sources-0-passage']").input_value() == f"{JOINT}.x9"
    page.get_by_label("Title required").fill("A commitment of the test")
    page.locator("[name='text']").fill("To do what the test needs")
    page.locator("[name='kind']").select_option("intention")
    page.locator("[name='area']").select_option("arms")
    page.locator("[name='made_on']").fill("2023-07-24")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.locator("#rests-on + ul a").first.click()
    expect(page).to_have_url(re.compile(rf"#{re.escape(JOINT)}\.x9$"))
    expect(page.locator("mark:target")).to_have_text("Click HERE for source")
    page.get_by_role("link", name="A commitment of the test").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A commitment of the test")


def test_selected_words_are_counted_in_code_points_and_within_one_paragraph(page):
    page.goto(f"/documents/{JOINT}")
    attach(page, JOINT, "😀 🇲🇽 They agreed today. 👍🏽 And more 😀 words.\n\nA second paragraph.")
    bar = page.locator("#selecting")
    expect(bar).to_be_hidden()
    select_words(page, 1, " more 😀 ")
    expect(bar).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    select_words(page, 1, "words.", until="A second")
    expect(bar).to_contain_text("within one paragraph")
    expect(bar.get_by_role("button").first).to_be_hidden()
    select_words(page, 1, " more 😀 ")
    expect(bar.locator(".selecting-place")).to_have_text("p1 31–37")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(bar.get_by_role("button", name="Evidence")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/log\?evidence-0-passage={JOINT}.x9$"))
    page.goto(f"/documents/{JOINT}")
    assert marked(page, f"{JOINT}.x9") == "more 😀"


@pytest.mark.long
def test_a_passage_is_made_without_a_mouse_or_a_script(browser, site):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/documents/{JOINT}")
    page.get_by_label("Or paste the text").fill("One. Two 😀 sentences.\n\nA second paragraph.")
    page.get_by_role("button", name="Attach this text").click()
    page.get_by_label("Paragraph").fill("1")
    page.get_by_label("Sentence").fill("2")
    page.get_by_role("button", name="Claim").click()
    expect(page).to_have_url(re.compile(r"/claims/new\?passage=.*x9&meeting=mx-us-2023-07-24"))
    page.goto(f"/documents/{JOINT}#{JOINT}.x9")
    expect(page.locator("mark:target")).to_have_text("Two 😀 sentences.")
    context.close()


@pytest.mark.long
@with_documents
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_a_text_beside_its_passages_is_accessible_and_fits(browser, site, width, scheme):
    context = browser.new_context(
        base_url=site, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    attach(
        page, JOINT, text_of(JOINT).replace("Leaders also", "Leaders").replace("Finally, ", "") + "\n\n" + "long" * 200
    )
    assert problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    select_words(page, 5, "Click HERE")
    expect(page.locator("#selecting")).to_be_visible()
    assert problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_text("Replace or detach the text").click()
    page.get_by_role("button", name="Attach this text").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a file")
    assert problems(page) == []
    context.close()
