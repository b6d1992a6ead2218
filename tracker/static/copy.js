// Each button copies the text it names, and says so; where a page may not copy, it selects the text.

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copies);
  const status = button.parentElement.querySelector("[role=status]");
  const said = button.closest("details").dataset;
  // Emptied first, so that it is read out again.
  status.textContent = "";
  try {
    await navigator.clipboard.writeText(text.textContent);
    status.textContent = said.copied;
  } catch {
    getSelection().selectAllChildren(text);
    status.textContent = said.selected;
  }
}
