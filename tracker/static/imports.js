// While a file is being read, the page asks how far it is and shows it. Without this, the browser just waits.

const MANY_ROWS = 1000;

for (const line of document.querySelectorAll("[data-progress]")) {
  const bar = line.querySelector("progress");
  const count = line.querySelector(".count");

  const ask = async () => {
    const answer = await fetch(line.dataset.progress, { headers: { Accept: "application/json" } });
    const { done, total } = await answer.json();
    if (total > MANY_ROWS) {
      line.hidden = false;
      bar.max = total;
      bar.value = done;
      count.textContent = `${done.toLocaleString()} / ${total.toLocaleString()}`;
    }
  };

  line.closest("form").addEventListener("submit", () => setInterval(() => ask().catch(() => {}), 400));
}
