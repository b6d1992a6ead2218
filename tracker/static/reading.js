// Selecting words of a text shows buttons by the selection that record them as a passage.

const bar = document.getElementById("selecting");
const place = bar.querySelector(".selecting-place");
const several = bar.querySelector(".selecting-several");
const targets = bar.querySelector(".selecting-to");

// Characters are counted as Unicode code points, as everywhere in the tracker.
const codePoints = (text) => [...text].length;

function paragraphOf(node) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  return element?.closest(".para-text") ?? null;
}

// The part of a range that lies in one paragraph: a selection by three clicks ends at the start of the next.
function within(range, paragraph) {
  const part = document.createRange();
  part.selectNodeContents(paragraph);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return part;
}

function selected() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const touched = [...document.querySelectorAll(".para-text")].filter((each) => range.intersectsNode(each));
  const parts = touched.map((each) => ({ paragraph: each, range: within(range, each) }));
  const filled = parts.filter((part) => part.range.toString().trim());
  if (!filled.length) return null;
  if (filled.length > 1) return { several: true, range: filled[0].range };
  const { paragraph, range: part } = filled[0];
  const before = document.createRange();
  before.selectNodeContents(paragraph);
  before.setEnd(part.startContainer, part.startOffset);
  const words = part.toString();
  const start = codePoints(before.toString()) + codePoints(words) - codePoints(words.trimStart());
  return { paragraph: paragraph.dataset.paragraph, start, end: start + codePoints(words.trim()), range: part };
}

function show() {
  const found = selected();
  bar.hidden = !found;
  if (!found) return;
  several.hidden = !found.several;
  targets.hidden = place.hidden = Boolean(found.several);
  if (!found.several) {
    for (const name of ["paragraph", "start", "end"]) bar.elements[name].value = found[name];
    place.textContent = `p${found.paragraph} ${found.start}–${found.end}`;
  }
  // Right after the paragraph, so that from its buttons Tab goes on from there.
  paragraphOf(found.range.startContainer).closest(".para").after(bar);
  const box = found.range.getBoundingClientRect();
  const left = Math.min(Math.max(box.left, 8), document.documentElement.clientWidth - bar.offsetWidth - 8);
  bar.style.left = `${Math.max(left, 8) + window.scrollX}px`;
  bar.style.top = `${box.bottom + window.scrollY + 8}px`;
}

// Nothing is in the way of the words while they are being selected.
document.addEventListener("pointerup", (event) => {
  if (!bar.contains(event.target)) setTimeout(show);
});
document.addEventListener("keyup", (event) => {
  if (event.key === "Shift" || event.key.startsWith("Arrow")) show();
});
let waiting;
document.addEventListener("selectionchange", () => {
  clearTimeout(waiting);
  if (document.getSelection().isCollapsed) {
    if (!bar.contains(document.activeElement)) bar.hidden = true;
  } else if (matchMedia("(pointer: coarse)").matches) {
    // A finger's selection ends without any other event.
    waiting = setTimeout(show, 400);
  }
});
document.addEventListener("keydown", (event) => {
  if (bar.hidden) return;
  if (event.key === "Escape") {
    bar.hidden = true;
    document.getSelection().removeAllRanges();
  } else if (event.key === "Tab" && !event.shiftKey && !targets.hidden && !bar.contains(document.activeElement)) {
    event.preventDefault();
    targets.querySelector("button").focus();
  }
});

// Every stretch of the passage that the address names, and of the one that is pointed at in the margin.
const pieces = (code) => document.querySelectorAll(`mark[data-passages~="${CSS.escape(code)}"]`);

function outline() {
  document.querySelectorAll("mark.of-target").forEach((each) => each.classList.remove("of-target"));
  if (location.hash.length > 1) pieces(decodeURIComponent(location.hash.slice(1))).forEach((each) => each.classList.add("of-target"));
}

for (const link of document.querySelectorAll(".para-notes a.source")) {
  const code = decodeURIComponent(link.hash.slice(1));
  link.addEventListener("pointerenter", () => pieces(code).forEach((each) => each.classList.add("pointed-at")));
  link.addEventListener("pointerleave", () => pieces(code).forEach((each) => each.classList.remove("pointed-at")));
}
addEventListener("hashchange", outline);
outline();
