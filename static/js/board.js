/* The day board: arrows walk through it, it follows what others do, and it opens at the present. */

const main = document.getElementById("main");

/* One tab stop for the board; arrows move by what is on the paper, Page up and down by an hour. */
const stops = () => [...document.querySelectorAll("#board a, #board button")].filter((one) => one.offsetParent);
const place = (stop) => {
  const column = stop.closest("td, th").getBoundingClientRect();
  const box = stop.getBoundingClientRect();
  return { x: column.left + column.width / 2, y: box.top + Math.min(box.height / 2, 14) };
};

const makeCurrent = (target) => {
  for (const stop of stops()) stop.tabIndex = stop === target ? 0 : -1;
};

const nearest = (from, direction) => {
  const here = place(from);
  const across = direction === "left" || direction === "right";
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  let best = null;
  let least = Infinity;
  for (const stop of stops()) {
    if (stop === from) continue;
    const there = place(stop);
    const dx = there.x - here.x;
    const dy = there.y - here.y;
    const along = (across ? dx : dy) * sign;
    if (along <= 4) continue;
    const cost = along + Math.abs(across ? dy : dx) * (across ? 1.5 : 3);
    if (cost < least) { least = cost; best = stop; }
  }
  return best;
};

const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", h: "left", l: "right", k: "up", j: "down" };

document.addEventListener("keydown", (event) => {
  const at = event.target.closest("#board a, #board button");
  if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
  let to = null;
  if (event.key in ARROWS && (event.key.length > 1 || document.body.dataset.singleKeys === "on")) to = nearest(at, ARROWS[event.key]);
  else if (event.key === "Home") to = stops()[0];
  else if (event.key === "End") to = stops().at(-1);
  else if (event.key === "PageDown" || event.key === "PageUp") {
    to = at;
    for (let step = 0; step < 2; step += 1) to = nearest(to, event.key === "PageDown" ? "down" : "up") || to;
  } else return;
  event.preventDefault();
  if (to) { makeCurrent(to); to.focus(); }
});
document.addEventListener("focusin", (event) => {
  if (event.target.closest("#board")) makeCurrent(event.target);
});

const ready = () => {
  const all = stops();
  if (all.length && !all.some((stop) => stop === document.activeElement)) makeCurrent(document.querySelector("#board .is-picked a, #board .slot.on") || all[0]);
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
};
ready();

/* Left and right go to the day, week or month beside, from anywhere but a field or the board itself. */
document.addEventListener("keydown", (event) => {
  if (document.body.dataset.singleKeys !== "on" || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("#board a, #board button, input, textarea, select, [contenteditable], [role=tablist], .drawer")) return;
  const side = { ArrowLeft: "left", ArrowRight: "right" }[event.key];
  const link = side && document.querySelector(`[data-arrow="${side}"]`);
  if (link) { event.preventDefault(); link.click(); }
});

/* Follow the house: ask every 15 s while somebody looks. Focus, scrolling, what is marked for the drawer and a visit
   in the hand stay as they are. */
let kept = null;
const ask = () => {
  const day = document.getElementById("day");
  if (!day || !day.dataset.poll || document.hidden || !window.htmx || document.querySelector(".is-carrying")) return;
  const url = new URL(day.dataset.poll, location.href);
  url.searchParams.set("stamp", day.dataset.stamp);
  if (document.querySelector(".drawer")) url.searchParams.set("drawer", "1");
  window.htmx.ajax("GET", url.pathname + url.search, { target: "#day", swap: "outerHTML show:none" });
};
const who = (one) => one && one.closest("#day") && (one.id ? `#${CSS.escape(one.id)}` : ["formaction", "href"].filter((name) => one.hasAttribute(name)).map((name) => `[${name}="${CSS.escape(one.getAttribute(name))}"]`)[0]);
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "day") return;
  if (document.querySelector(".is-carrying")) { event.detail.shouldSwap = false; return; }
  const frame = document.querySelector("#day .boardwrap");
  kept = {
    focus: who(document.activeElement),
    chosen: [...document.querySelectorAll("#board .slot.on")].map((slot) => slot.id),
    left: frame ? frame.scrollLeft : 0,
  };
});
document.addEventListener("htmx:afterSettle", () => {
  if (kept) {
    const frame = document.querySelector("#day .boardwrap");
    if (frame) frame.scrollLeft = kept.left;
    for (const slot of document.querySelectorAll("#board .slot")) if (slot.id) slot.classList.toggle("on", kept.chosen.includes(slot.id));
    // the board and the list hold the same links; the one of them that the width hides takes no focus
    const again = kept.focus && [...document.querySelectorAll(`#day ${kept.focus}`)].find((one) => one.offsetParent);
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
    kept = null;
  }
  ready();
});
setInterval(ask, 15000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });

/* Choosing a person shows their day at once; the button beside it is for those without scripts. */
for (const select of document.querySelectorAll("select[data-go]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

/* Open at the present when the page was not left somewhere else: at once, for a page that glides there by itself takes
   the scrolling out of the hand of whoever has begun to. */
const present = [...(main ? main.querySelectorAll("tr.now, .daylist [data-present]") : [])].find((one) => one.offsetParent);
if (present && scrollY === 0 && !location.hash && present.getBoundingClientRect().top > innerHeight - 80) {
  present.scrollIntoView({ block: "center", behavior: "instant" });
}
