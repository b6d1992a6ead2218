// While somebody types, tells beneath the field which records are likely the same; saving asks again without this.

const PAUSE = 300;
const hint = document.getElementById("alike-hint").content;
const told = new WeakMap();
const asking = new WeakMap();

for (const event of ["input", "change"]) {
  document.addEventListener(event, ({ target }) => {
    // The record or the row that is typed into.
    const home = target.closest?.(".card-row, .fields");
    const box = home?.querySelector(".alike");
    if (!box || !fieldsOf(home, box).some(([field]) => field === target)) return;
    // Moved before there is anything to tell, so that it is read out where it is.
    if (!box.hasChildNodes()) place(box, target);
    const { pause, request } = asking.get(box) ?? {};
    clearTimeout(pause);
    asking.set(box, { pause: setTimeout(ask, PAUSE, home, box), request });
  });
}

// [field, its name in what is asked]; a row has its own prefix before the names of its fields.
function fieldsOf(home, box) {
  const controls = [...home.querySelectorAll("input, select, textarea")];
  return box.dataset.fields.split(" ").flatMap((named) => {
    const [name, asked = name] = named.split("=");
    const field = controls.find((each) => each.name === name || each.name.endsWith(`-${name}`));
    return field ? [[field, asked]] : [];
  });
}

async function ask(home, box) {
  asking.get(box)?.request?.abort();
  const request = new AbortController();
  asking.set(box, { request });
  // What begins with a plus is on this page alone, and not saved yet.
  const typed = fieldsOf(home, box)
    .map(([field, asked]) => [asked, field.value.trim()])
    .filter(([, value]) => value && !value.startsWith("+"));
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
  const text = JSON.stringify(items);
  if (text === (told.get(box) ?? "[]")) return;
  told.set(box, text);
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

// Below all that stands beside the field, so that nothing above it moves.
function place(box, field) {
  let last = field.closest(".field");
  if (!last) return;
  const end = last.offsetTop + last.offsetHeight;
  while (last.nextElementSibling?.matches(".field") && last.nextElementSibling.offsetTop < end) {
    last = last.nextElementSibling;
  }
  last.after(box);
}
