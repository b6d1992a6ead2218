// While somebody types, tells beneath the field which records are likely the same; saving asks again without this.

const PAUSE = 300;
const hint = document.getElementById("alike-hint").content;
// {box: what is being asked for it}
const asking = new WeakMap();
let waiting;

for (const event of ["input", "change"]) {
  document.addEventListener(event, ({ target }) => {
    const row = target.closest("[data-row]");
    const box = row ? row.querySelector(".alike") : target.form?.querySelector(".fields > .alike");
    if (!box || !compared(box, row).some(([, field]) => field === target)) return;
    // Moved before there is anything to tell, so that it is read out where it is.
    if (!box.hasChildNodes()) place(box, target);
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE, box, row);
  });
}

// [[name in the question, field that holds it]]
function compared(box, row) {
  return box.dataset.fields
    .split(" ")
    .map((each) => each.split(":"))
    .map(([name, control = name]) => [name, box.closest("form").elements[(row?.dataset.row ?? "") + control]])
    .filter(([, field]) => field?.value !== undefined);
}

// Below all that stands beside the field, so that nothing above it moves.
function place(box, field) {
  let last = field.closest(".field");
  const end = last.offsetTop + last.offsetHeight;
  while (last.nextElementSibling?.matches(".field") && last.nextElementSibling.offsetTop < end) {
    last = last.nextElementSibling;
  }
  last.after(box);
}

async function ask(box, row) {
  asking.get(box)?.abort();
  const request = new AbortController();
  asking.set(box, request);
  const typed = compared(box, row)
    // What begins with a plus is on this page alone, and not saved yet.
    .filter(([, field]) => field.value.trim() && !field.value.startsWith("+"))
    .map(([name, field]) => [name, field.value]);
  if (box.dataset.but) typed.push(["but", box.dataset.but]);
  try {
    const answer = await fetch(`${box.dataset.ask}?${new URLSearchParams(typed)}`, {
      headers: { Accept: "application/json" },
      signal: request.signal,
    });
    // What is half typed, such as a day, is not told off here.
    show(box, answer.ok ? (await answer.json()).items : []);
  } catch (error) {
    if (error.name !== "AbortError") show(box, []);
  }
}

function show(box, items) {
  // Told once, not again with every letter.
  if (JSON.stringify(items) === (box.dataset.told ?? "[]")) return;
  box.dataset.told = JSON.stringify(items);
  box.replaceChildren();
  if (!items.length) return;
  const shown = hint.cloneNode(true);
  const list = shown.querySelector("ul");
  const blank = list.removeChild(list.querySelector("li"));
  for (const item of items) {
    const line = blank.cloneNode(true);
    line.querySelector("a").href = item.url;
    line.querySelector("a").prepend(item.name);
    line.querySelector(".reason").textContent = item.reason;
    list.append(line);
  }
  box.append(shown);
  // Out from behind the bar at the bottom of the window, for whoever is still there.
  if (box.parentElement.contains(document.activeElement)) box.scrollIntoView({ block: "nearest" });
}
