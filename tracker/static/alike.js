// While somebody types, tells beneath the field which records are likely the same; saving asks again without this.

const PAUSE = 300;
const hint = document.getElementById("alike-hint").content;
let waiting, asking;

for (const event of ["input", "change"]) {
  document.addEventListener(event, ({ target }) => {
    const row = target.closest("[data-row]");
    const box = row ? row.querySelector(".alike") : target.form?.querySelector(".fields > .alike");
    if (!box || !compared(box, row).some(([, field]) => field === target)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE, box, row, target);
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

async function ask(box, row, typedInto) {
  asking?.abort();
  asking = new AbortController();
  const typed = compared(box, row)
    .filter(([, field]) => field.value.trim())
    .map(([name, field]) => [name, field.value]);
  if (box.dataset.but) typed.push(["but", box.dataset.but]);
  try {
    const answer = await fetch(`${box.dataset.ask}?${new URLSearchParams(typed)}`, {
      headers: { Accept: "application/json" },
      signal: asking.signal,
    });
    // What is half typed, such as a day, is not told off here.
    show(box, answer.ok ? (await answer.json()).items : [], typedInto);
  } catch (error) {
    if (error.name !== "AbortError") show(box, [], typedInto);
  }
}

function show(box, items, typedInto) {
  // Told once, not again with every letter.
  if (JSON.stringify(items) === (box.dataset.told ?? "[]")) return;
  box.dataset.told = JSON.stringify(items);
  box.replaceChildren();
  place(box, typedInto);
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
}
