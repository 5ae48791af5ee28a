/* Single-key shortcuts: off by the person's own switch, off in any field. Each one presses something that is
   on the page and labelled, so nothing can be done by key alone. */
const IN_A_FIELD = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

const press = (selector) => {
  const target = document.querySelector(selector);
  if (!target) return false;
  if (target.matches("input")) target.focus(); else target.click();
  return true;
};

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.singleKeys !== "on") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(IN_A_FIELD)) return;
  const card = event.target.closest("[data-visit]");
  const own = card && card.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (own) { event.preventDefault(); own.click(); return; }
  const selector = `[aria-keyshortcuts="${CSS.escape(event.key)}"]`;
  if (press(selector)) event.preventDefault();
});
