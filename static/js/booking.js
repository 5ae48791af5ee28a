/* The booking drawer: the search is walked by arrows, a change looks again, a free cell on the board fills in. */

const drawer = () => document.getElementById("drawer");
const look = () => {
  const button = drawer() && drawer().querySelector("[data-look]");
  if (button) button.form.requestSubmit(button);
};

/* A combobox over the rows that the server found; each row stays a button that posts. */
const rows = () => [...document.querySelectorAll("#found .combo-row")];
const dress = () => {
  const box = document.getElementById("q");
  if (!box) return;
  const list = document.querySelector("#found .combo-list");
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", String(Boolean(list)));
  box.removeAttribute("aria-activedescendant");
  if (!list) { box.removeAttribute("aria-controls"); return; }
  list.id = "found-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.labels[0] ? box.labels[0].textContent : "");
  box.setAttribute("aria-controls", list.id);
  for (const item of list.children) item.setAttribute("role", "presentation");
  for (const row of rows()) { row.setAttribute("role", "option"); row.setAttribute("aria-selected", "false"); row.tabIndex = -1; }
  mark(rows()[0]);
};
const mark = (row) => {
  for (const one of rows()) one.setAttribute("aria-selected", String(one === row));
  const box = document.getElementById("q");
  if (row && box) box.setAttribute("aria-activedescendant", row.id);
  if (row) row.scrollIntoView({ block: "nearest" });
};

/* Enter chooses only among rows that answer what is typed now, never a row of the letters before. Pressed early it
   waits, and then takes the one patient found; several, or none, are for the eye to choose from. Pressed when the rows
   are there and not dressed yet, it counts for the first of them as soon as they are. */
let entered = false; /* or "early", or "seen" */
const choose = ({ late }) => {
  const box = document.getElementById("q");
  const found = document.getElementById("found");
  if (!entered || !box || !found || found.dataset.typed !== box.value) return;
  const list = rows();
  const patients = list.filter((row) => row.value !== "new");
  const seen = entered === "seen";
  const marked = list.find((one) => one.getAttribute("aria-selected") === "true");
  if (!late && !marked && list.length) { entered = "seen"; return; }
  const row = !late ? marked : seen ? list[0] : patients[0];
  entered = false;
  if (row && (!late || seen || patients.length === 1)) row.click();
};

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "q") return;
  if (event.key !== "Enter") entered = false;
  const list = rows();
  const at = list.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    mark(list[(at + step + list.length) % list.length]);
  } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    entered = "early";
    choose({ late: false });
  } else if (event.key === "Escape" && event.target.value) {
    event.preventDefault();
    event.target.value = "";
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

document.addEventListener("change", (event) => {
  if (!event.target.closest("#drawer")) return;
  if (event.target.matches("[data-change]")) look();
  const when = document.getElementById("aloud-when");
  if (when && event.target.dataset.aloud) when.textContent = event.target.dataset.aloud;
});

/* Escape closes the drawer, back to where one came from. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !event.target.closest("#drawer")) return;
  const close = drawer().querySelector("[data-close]");
  if (close) close.click();
});

/* The board beside the drawer stays live: a free cell becomes the time that is asked for. */
document.addEventListener("click", (event) => {
  const cell = event.target.closest("a.slot, a.gap");
  const form = document.getElementById("book");
  if (!cell || !form || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const asked = new URL(cell.href).searchParams;
  form.elements.asked.value = asked.get("start");
  form.elements.practitioner.value = asked.get("practitioner");
  form.elements.from_day.value = "";
  for (const time of form.querySelectorAll("[name=time]")) time.checked = false;
  for (const slot of document.querySelectorAll(".slot.on")) slot.classList.remove("on");
  cell.classList.add("on");
  look();
});

const begin = () => {
  dress();
  const box = document.getElementById("q");
  if (box && document.activeElement === document.body) box.focus();
  choose({ late: true });
};
document.addEventListener("htmx:afterSettle", begin);
begin();
