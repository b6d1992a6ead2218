// Selects all commitments of the page at once, and tells how many are selected.

const all = document.getElementById("pick-all");
const picked = document.getElementById("picked");
const boxes = [...document.querySelectorAll('input[name="code"][form="bulk"]')];

function tell() {
  const chosen = boxes.filter((box) => box.checked).length;
  picked.textContent = chosen ? ` ${picked.dataset.told.replace("…", chosen)}` : "";
  all.checked = chosen === boxes.length;
  all.indeterminate = chosen > 0 && !all.checked;
}

all.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
  tell();
});
for (const box of boxes) box.addEventListener("change", tell);
// A browser that goes back keeps the ticks.
addEventListener("pageshow", tell);
