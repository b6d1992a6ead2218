// While the code or name of a record is typed, suggests the records that may be meant.

const PAUSE = 200;
let waiting, asking;

document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.suggest) return;
  clearTimeout(waiting);
  waiting = setTimeout(suggest, PAUSE, target);
});

async function suggest(field) {
  asking?.abort();
  asking = new AbortController();
  if (!field.value.trim()) return;
  try {
    const answer = await fetch(`${field.dataset.suggest}?${new URLSearchParams({ q: field.value })}`, {
      headers: { Accept: "application/json" },
      signal: asking.signal,
    });
    if (answer.ok) show(field, (await answer.json()).items);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function show(field, items) {
  const id = `suggested-${field.dataset.suggest}`;
  let list = document.getElementById(id);
  if (!list) document.body.append((list = Object.assign(document.createElement("datalist"), { id })));
  list.replaceChildren(...items.map(({ code, name }) => new Option(name, code)));
  field.setAttribute("list", id);
}
