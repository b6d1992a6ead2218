// While somebody types, tells beneath the field which records are likely the same; saving asks again without this.

const PAUSE = 300;
const box = document.getElementById("alike");
const form = box.closest("form");
const fields = box.dataset.fields.split(" ").map((name) => form.elements[name]);
const hint = document.getElementById("alike-hint").content;
let waiting, asking, told = "[]";

place(fields[0]);
for (const event of ["input", "change"]) {
  form.addEventListener(event, ({ target }) => {
    if (!fields.includes(target)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE, target);
  });
}

// Below all that stands beside the field, so that nothing above it moves.
function place(field) {
  let last = field.closest(".field");
  const end = last.offsetTop + last.offsetHeight;
  while (last.nextElementSibling?.matches(".field") && last.nextElementSibling.offsetTop < end) {
    last = last.nextElementSibling;
  }
  last.after(box);
}

async function ask(typedInto) {
  asking?.abort();
  asking = new AbortController();
  const typed = fields.filter((field) => field.value.trim()).map((field) => [field.name, field.value]);
  if (box.dataset.but) typed.push(["but", box.dataset.but]);
  try {
    const answer = await fetch(`${box.dataset.ask}?${new URLSearchParams(typed)}`, {
      headers: { Accept: "application/json" },
      signal: asking.signal,
    });
    // What is half typed, such as a day, is not told off here.
    show(answer.ok ? (await answer.json()).items : [], typedInto);
  } catch (error) {
    if (error.name !== "AbortError") show([], typedInto);
  }
}

function show(items, typedInto) {
  // Told once, not again with every letter.
  if (JSON.stringify(items) === told) return;
  told = JSON.stringify(items);
  box.replaceChildren();
  place(typedInto);
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
