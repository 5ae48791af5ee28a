/* Find and do: Ctrl+K opens it over any page. Typing asks the server; arrows walk, Enter goes, Escape leaves. */

const palette = document.getElementById("palette");
const box = document.getElementById("palette-q");
const found = document.getElementById("palette-found");
const status = document.getElementById("palette-status");
let asking = null;
let waiting = 0;
let entered = false;

const rows = () => [...found.querySelectorAll("[data-row]")];
const chosen = () => rows().find((row) => row.getAttribute("aria-selected") === "true");

const mark = (row) => {
  for (const one of rows()) one.setAttribute("aria-selected", String(one === row));
  if (!row) { box.removeAttribute("aria-activedescendant"); return; }
  box.setAttribute("aria-activedescendant", row.id);
  row.scrollIntoView({ block: "nearest" });
};

/* The visit in front of the person: the one whose page is open, or whose card has the focus. */
const VISIT = /\/appointments\/([0-9a-f-]{36})\//;
let about = "";
const inFront = () => {
  const link = document.activeElement && document.activeElement.closest("[data-visit]");
  const own = link && link.querySelector("a[href*='/appointments/']");
  const at = VISIT.exec(own ? own.getAttribute("href") : location.pathname);
  return at ? at[1] : "";
};

const ask = async () => {
  if (asking) asking.abort();
  asking = new AbortController();
  const typed = box.value;
  const url = `${box.dataset.from}?${new URLSearchParams({ q: typed, about })}`;
  try {
    const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: asking.signal });
    const words = await response.text();
    if (!response.ok || words.trimStart().toLowerCase().startsWith("<!doctype")) { location.reload(); return; }
    found.innerHTML = words;
  } catch (error) {
    if (error.name !== "AbortError") palette.close();
    return;
  }
  const list = rows();
  list.forEach((row, n) => { row.id = `palette-${n}`; row.setAttribute("role", "option"); row.tabIndex = -1; });
  box.setAttribute("aria-expanded", String(list.length > 0));
  found.dataset.typed = typed;
  mark(list[0]);
  status.textContent = `${status.dataset.count} ${list.length}`;
  if (entered && typed === box.value && list[0]) list[0].click();
};

const open = () => {
  if (palette.open) { palette.close(); return; }
  about = inFront();
  box.value = "";
  found.replaceChildren();
  palette.showModal();
  box.focus();
  ask();
};

palette.addEventListener("close", () => { box.value = ""; found.replaceChildren(); entered = false; });
palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });

box.addEventListener("input", () => {
  entered = false;
  clearTimeout(waiting);
  waiting = setTimeout(ask, 120);
});

box.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { event.preventDefault(); palette.close(); return; } /* else it only empties the field */
  const list = rows();
  const at = list.indexOf(chosen());
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(list[(at + (event.key === "ArrowDown" ? 1 : -1) + list.length) % list.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (found.dataset.typed === box.value && chosen()) chosen().click();
    else entered = true; /* pressed before the answer came: it takes the first row of that */
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open();
});

for (const link of document.querySelectorAll("[data-palette]")) {
  link.addEventListener("click", (event) => { event.preventDefault(); open(); });
}
