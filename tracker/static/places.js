// Where selected words stand in a text whose paragraphs are numbered by data-paragraph.

// Characters are counted as Unicode code points, as everywhere in the tracker.
const codePoints = (text) => [...text].length;

// The part of a range that lies in one paragraph: a selection by three clicks ends at the start of the next.
function within(range, paragraph) {
  const part = document.createRange();
  part.selectNodeContents(paragraph);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return part;
}

// {number, start, end, words, range, paragraph} of the selection, {several, range, paragraph} where it lies in more
// than one paragraph, and nothing where no words are selected.
export function selected() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const touched = [...document.querySelectorAll("[data-paragraph]")].filter((each) => range.intersectsNode(each));
  const parts = touched.map((each) => ({ paragraph: each, range: within(range, each) }));
  const filled = parts.filter((part) => part.range.toString().trim());
  if (!filled.length) return null;
  if (filled.length > 1) return { several: true, ...filled[0] };
  const { paragraph, range: part } = filled[0];
  const before = document.createRange();
  before.selectNodeContents(paragraph);
  before.setEnd(part.startContainer, part.startOffset);
  const whole = part.toString();
  const words = whole.trim();
  const start = codePoints(before.toString()) + codePoints(whole) - codePoints(whole.trimStart());
  return { number: paragraph.dataset.paragraph, start, end: start + codePoints(words), words, range: part, paragraph };
}

// Calls `show` once words have been selected: by mouse, keyboard or finger; `hide` once none are.
export function watch(show, hide) {
  let waiting;
  // Words can be selected before this is loaded.
  if (!document.getSelection().isCollapsed) show();
  // Nothing is in the way of the words while they are being selected.
  document.addEventListener("pointerup", () => setTimeout(show));
  document.addEventListener("keyup", ({ key }) => {
    if (key === "Shift" || key.startsWith("Arrow")) show();
  });
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    if (document.getSelection().isCollapsed) hide();
    // A finger's selection ends without any other event.
    else if (matchMedia("(pointer: coarse)").matches) waiting = setTimeout(show, 400);
  });
}
