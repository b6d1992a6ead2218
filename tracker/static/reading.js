// Selecting words of a text shows buttons by the selection that record them as a passage.

import { selected, watch } from "./places.js";

const bar = document.getElementById("selecting");
const place = bar.querySelector(".selecting-place");
const several = bar.querySelector(".selecting-several");
const targets = bar.querySelector(".selecting-to");

function show() {
  const found = selected();
  bar.hidden = !found;
  if (!found) return;
  several.hidden = !found.several;
  targets.hidden = place.hidden = Boolean(found.several);
  if (!found.several) {
    bar.elements.paragraph.value = found.number;
    for (const name of ["start", "end"]) bar.elements[name].value = found[name];
    place.textContent = `p${found.number} ${found.start}–${found.end}`;
  }
  // Right after the paragraph, so that from its buttons Tab goes on from there.
  // A bar that is moved loses the focus of its buttons.
  const paragraph = found.paragraph.closest(".para");
  if (paragraph.nextElementSibling !== bar) paragraph.after(bar);
  const box = found.range.getBoundingClientRect();
  const left = Math.min(Math.max(box.left, 8), document.documentElement.clientWidth - bar.offsetWidth - 8);
  bar.style.left = `${Math.max(left, 8) + window.scrollX}px`;
  bar.style.top = `${box.bottom + window.scrollY + 8}px`;
}

watch(show, () => {
  if (!bar.contains(document.activeElement)) bar.hidden = true;
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
