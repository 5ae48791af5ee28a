/* The chart under one thumb: plus and minus, one tap for what is usual, the map, timers, and a copy of what was typed
   that waits on this device until the server has it. Without this file everything is typed and pressed. */

import { say } from "./house.js";

/* --- plus and minus ------------------------------------------------------------------------------------------- */

document.addEventListener("click", (event) => {
  const button = event.target.closest(".stepper [data-step]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  const step = Number(button.dataset.step);
  const decimals = (button.dataset.step.split(".")[1] || "").length;
  const now = Number(input.value.replace(",", ".")) || 0;
  const next = Math.max(Math.abs(step), (Math.round(now / Math.abs(step)) + Math.sign(step)) * Math.abs(step));
  fill(input, next.toFixed(decimals));
});

/* --- one tap for what is usual: a field that says nothing yet offers it ---------------------------------------- */

const fill = (field, value) => {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

/** Show the offers of fields that are empty, and no others. */
const offer = (root) => {
  for (const group of root.querySelectorAll("[data-fills]")) {
    const field = document.getElementById(group.dataset.fills);
    group.hidden = !field || Boolean(field.value);
  }
  for (const row of root.querySelectorAll(".quick:not([data-fills])")) {
    row.hidden = ![...row.querySelectorAll("[data-fills]")].some((group) => !group.hidden);
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fills] [data-value]");
  if (!button) return;
  fill(document.getElementById(button.closest("[data-fills]").dataset.fills), button.dataset.value);
});
document.addEventListener("input", () => offer(document));

/* --- phrases: a tap puts one where the cursor is, ;key and a blank writes it out -------------------------------- */

const phraseOf = (key) => document.querySelector(`.phrase-bar [data-key="${CSS.escape(key)}"]`)?.dataset.words;

/** Put words into the note in place of what stands between two letters; the rest stays. */
const insert = (note, words, from, to) => {
  note.setRangeText(words, from, to, "end");
  note.dispatchEvent(new Event("input", { bubbles: true }));
  note.focus();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest(".phrase-bar [data-words]");
  const note = document.getElementById("id_note");
  if (!button || !note) return;
  event.preventDefault();
  const before = note.value.slice(0, note.selectionStart);
  const gap = before && !/\s$/.test(before) ? " " : "";
  insert(note, gap + button.dataset.words, note.selectionEnd, note.selectionEnd);
});

document.addEventListener("input", (event) => {
  if (event.target.id !== "id_note" || event.inputType?.startsWith("delete")) return;
  const at = event.target.selectionStart;
  const typed = /(^|\s);([a-z0-9]{1,20})(\s)$/i.exec(event.target.value.slice(0, at));
  const words = typed && phraseOf(typed[2].toLowerCase());
  if (words) insert(event.target, words + typed[3], at - typed[2].length - 2, at);
});

/* --- the map: a tap presses the button of the same zone, or leads to its row ------------------------------------ */

document.addEventListener("click", (event) => {
  const shape = event.target.closest("[data-tap]");
  if (!shape) return;
  const row = document.querySelector(`.zone[data-place="${CSS.escape(shape.dataset.tap)}"]`);
  const button = document.querySelector(`button[name="tap"][value="${CSS.escape(shape.dataset.tap)}"]`);
  if (row) row.querySelector(".depth input").focus();
  else if (button) button.click();
});

/* A row that waits out of sight comes before a new one. */
document.addEventListener("click", (event) => {
  const spare = event.target.closest('button[name="more"][value="zones"]') && document.querySelector(".zone.spare");
  if (!spare) return;
  event.preventDefault();
  spare.classList.remove("spare");
  spare.querySelector("select").focus();
}, true);

/* --- how long something goes on --------------------------------------------------------------------------------- */

const tick = () => {
  for (const one of document.querySelectorAll("[data-since]")) {
    const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(one.dataset.since)) / 60000));
    if (one.textContent !== String(minutes)) one.textContent = minutes;
    const warn = Number(one.dataset.warnMinutes);
    one.closest("li").classList.toggle("too-long", Boolean(warn) && minutes > warn);
  }
};
setInterval(tick, 10000);

/* --- a copy on this device, until the server has it --------------------------------------------------------------- */

const form = () => document.getElementById("chart");
const KEY = form() ? `stipple.chart.${form().dataset.session}.${form().dataset.reader}` : "";
const KEPT_FOR = 24 * 60 * 60 * 1000; // as long as a forgotten copy may lie on a device

const fields = () => [...new FormData(form())].filter(([name]) => name !== "csrfmiddlewaretoken");
let written = 0; // how often something was typed on this page; what was sent covers as many
let sent = 0;
const hold = () => {
  written += 1;
  try { localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), fields: fields() })); } catch { /* full or forbidden: the server has to do */ }
};
const letGo = () => { if (KEY) localStorage.removeItem(KEY); };
const held = () => {
  try {
    const copy = JSON.parse(localStorage.getItem(KEY) || "null");
    return copy && Date.now() - copy.at < KEPT_FOR ? copy : null;
  } catch { return null; }
};

/** Send a copy that the server never got; where somebody wrote since, a person decides. */
const bringBack = async (copy) => {
  if (written) return; // somebody goes on writing here
  const body = new URLSearchParams(copy.fields);
  body.set("csrfmiddlewaretoken", form().querySelector("[name=csrfmiddlewaretoken]").value);
  body.set("then", "autosave");
  const answer = await fetch(form().action, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer) {
    addEventListener("online", () => bringBack(copy), { once: true });
    return;
  }
  const told = await answer.text();
  if (!answer.ok || told.trimStart().toLowerCase().startsWith("<!doctype")) return; // signed out: the copy waits
  if (told.includes("data-stale")) { letDecide(copy); return; }
  letGo();
  location.reload();
};

/** Ask what becomes of a copy from before somebody else wrote: put over what stands now, or let go. */
const letDecide = (copy) => {
  const strip = document.getElementById("chart-held");
  strip.hidden = false;
  strip.querySelector("[data-put-back]").onclick = () => {
    const fresh = form().querySelector("[name=version]").value;
    bringBack({ ...copy, fields: copy.fields.map(([name, value]) => [name, name === "version" ? fresh : value]) });
  };
  strip.querySelector("[data-forget]").onclick = () => { letGo(); strip.hidden = true; };
};

if (form()) {
  const copy = held();
  const version = copy && new Map(copy.fields).get("version");
  if (!copy) letGo();
  else if (version === form().querySelector("[name=version]").value) bringBack(copy);
  else letDecide(copy);

  document.addEventListener("input", (event) => { if (form() && form().contains(event.target)) hold(); });
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.closest("#chart")) sent = written; });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful, xhr, elt } = event.detail;
    if (!successful || !written || sent < written || !elt.closest("#chart") || !form()) return;
    if (xhr.responseText.trimStart().toLowerCase().startsWith("<!doctype")) return; // signed out: the copy waits
    if (!xhr.responseText.includes("data-stale")) letGo();
  });
  document.addEventListener("htmx:sendError", () => {
    const told = document.getElementById("kept");
    if (!told) return;
    told.classList.add("offline");
    say(told.dataset.offline);
  });
  document.addEventListener("htmx:afterSettle", () => document.getElementById("kept")?.classList.remove("offline"));
  addEventListener("online", () => { if (written) document.querySelector("[data-autosave]")?.dispatchEvent(new Event("again")); });
}

/* --- after every part that comes from the server ------------------------------------------------------------------- */

const dress = () => {
  for (const button of document.querySelectorAll(".stepper [data-step][hidden]")) button.hidden = false;
  for (const button of document.querySelectorAll("[data-print][hidden]")) button.hidden = false;
  offer(document);
  tick();
};
dress();
document.addEventListener("htmx:afterSettle", dress);
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
