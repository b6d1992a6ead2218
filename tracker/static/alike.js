// While somebody types, tells beneath the name which records are likely the same; saving asks again without this.

const PAUSE = 300;
const box = document.getElementById("alike");
const form = box.closest("form");
const fields = box.dataset.fields.split(" ").map((name) => form.elements[name]);
const hint = document.getElementById("alike-hint").content;
let waiting, asking, told = "[]";

fields[0].closest(".field").after(box);
for (const event of ["input", "change"]) {
  form.addEventListener(event, ({ target }) => {
    if (!fields.includes(target)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
}

async function ask() {
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
    show(answer.ok ? (await answer.json()).items : []);
  } catch (error) {
    if (error.name !== "AbortError") show([]);
  }
}

function show(items) {
  // Told once, not again with every letter.
  if (JSON.stringify(items) === told) return;
  told = JSON.stringify(items);
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
}
