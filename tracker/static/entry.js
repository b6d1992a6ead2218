// The page on which a meeting is entered: more rows, places chosen in the text, newcomers in every list.

import { selected, watch } from "./places.js";

const form = document.querySelector("form.entry");
const text = form.querySelector(".reader-text");
const picker = form.querySelector(".picker");
let picked, dirty = false;

// Rows

const rowsOf = (section) => [...section.querySelectorAll(":scope > .card-row")];
const numberOf = (row) => Number(row.dataset.row.match(/-(\d+)-$/)[1]);

function addRow(section) {
  const rows = rowsOf(section);
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  const fresh = `${section.dataset.cards}-${Math.max(...rows.map(numberOf)) + 1}-`;
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const name of ["id", "name", "for", "data-row", "data-name"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(last.dataset.row, fresh));
    }
    element.removeAttribute("aria-describedby");
  }
  for (const hint of row.querySelectorAll(".hint, .message")) hint.remove();
  for (const box of row.querySelectorAll(".alike")) {
    box.replaceChildren();
    delete box.dataset.told;
  }
  row.querySelector("legend .count").textContent = rows.length + 1;
  for (const control of controlsOf(row)) reset(control);
  last.after(row);
  return row;
}

const controlsOf = (row) => [...row.querySelectorAll("input:not([type=hidden]), select, textarea")];

function reset(control) {
  if (control.type === "checkbox") control.checked = control.defaultChecked;
  else if (control.options) control.value = [...control.options].find((option) => option.defaultSelected)?.value ?? "";
  else control.value = control.defaultValue;
}

function isUntouched(control) {
  if (control.type === "checkbox") return control.checked === control.defaultChecked;
  if (control.options) return [...control.options].every((option) => option.selected === option.defaultSelected);
  return !control.value;
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=add]");
  if (!button) return;
  event.preventDefault();
  controlsOf(addRow(button.closest("[data-cards]")))[0].focus();
});

// Places

function place({ number, start, end }) {
  return sentenceOf(number, start, end, true)?.dataset.place ?? `p${number} ${start}-${end}`;
}

// The sentence that holds a stretch of a paragraph, or is it.
function sentenceOf(number, start, end, exactly) {
  return [...text.querySelectorAll(`[data-paragraph="${number}"] .sentence`)].find(({ dataset }) =>
    exactly ? dataset.start == start && dataset.end == end : dataset.start <= start && end <= dataset.end,
  );
}

function pick(kind) {
  const section = form.querySelector(`[data-cards="${kind}"]`);
  const row = rowsOf(section).find((row) => controlsOf(row).every(isUntouched)) ?? addRow(section);
  const control = (name) => form.elements[row.dataset.row + name];
  control("passage").value = place(picked);
  if (kind === "participations") {
    const { number, start, end, words } = picked;
    control("passage").value = sentenceOf(number, start, end)?.dataset.place ?? place(picked);
    control("name_as_printed").value = words.slice(0, 300);
    control("name_as_printed").dispatchEvent(new Event("input", { bubbles: true }));
  }
  dirty = true;
  row.scrollIntoView({ block: "center" });
  controlsOf(row)
    .find((each) => isUntouched(each) && each.type !== "checkbox")
    .focus({ preventScroll: true });
}

function showPicker() {
  const found = selected();
  picker.hidden = !found;
  if (!found) return;
  picked = found;
  picker.classList.toggle("picker-several", Boolean(found.several));
  const box = found.range.getBoundingClientRect();
  picker.style.top = `${Math.max(8, Math.min(box.bottom + 6, innerHeight - picker.offsetHeight - 8))}px`;
  picker.style.left = `${Math.max(8, Math.min(box.left, innerWidth - picker.offsetWidth - 8))}px`;
}

if (text) {
  watch(showPicker, () => {
    if (!picker.contains(document.activeElement)) picker.hidden = true;
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") picker.hidden = true;
  });
  picker.addEventListener("click", ({ target }) => {
    if (!target.dataset.pick) return;
    picker.hidden = true;
    document.getSelection().removeAllRanges();
    pick(target.dataset.pick);
  });
}

// Newcomers can be chosen as soon as they have a name.

function offer(section) {
  const kind = section.dataset.cards;
  const named = rowsOf(section).map((row) => ({
    key: `+${row.dataset.row.slice(0, -1)}`,
    label: controlsOf(row)[0].value.trim(),
    row,
  }));
  for (const list of form.querySelectorAll(`[data-list="${kind}"]`)) {
    for (const { key, label, row } of named) {
      // What a row is part of must stand in a row before it.
      const after = list.closest(`[data-cards="${kind}"] > .card-row`);
      const fits = label && (!after || row.compareDocumentPosition(after) & Node.DOCUMENT_POSITION_FOLLOWING);
      if (list.tagName === "SELECT") offerIn(list, key, fits ? label : "");
      else if (list.tagName !== "INPUT") offerBox(list, key, fits ? label : "");
    }
  }
}

function offerIn(select, key, label) {
  let option = [...select.options].find(({ value }) => value === key);
  if (!label) return option?.remove();
  if (!option) select.add((option = new Option(label, key)), select.options[1] ?? null);
  option.textContent = label;
}

function offerBox(picks, key, label) {
  const id = `${picks.dataset.name}-${key.slice(1)}`;
  let box = picks.querySelector(`input[value="${key}"]`)?.closest(".form-check");
  if (!label) return box?.remove();
  if (!box) {
    box = document.createElement("div");
    box.className = "form-check";
    const input = Object.assign(document.createElement("input"), { type: "checkbox", value: key, id, name: picks.dataset.name });
    input.className = "form-check-input";
    box.append(input, Object.assign(document.createElement("label"), { className: "form-check-label", htmlFor: id }));
    picks.querySelector(".hint")?.remove();
    picks.prepend(box);
  }
  box.querySelector("label").textContent = label;
}

form.addEventListener("input", ({ target }) => {
  dirty = true;
  const section = target.closest(".newcomers [data-cards]");
  if (section && target === controlsOf(target.closest(".card-row"))[0]) offer(section);
});

// Nobody leaves by accident what they typed.
form.addEventListener("submit", () => (dirty = false));
addEventListener("beforeunload", (event) => dirty && event.preventDefault());
