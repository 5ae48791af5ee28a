/* Plus and minus beside a number on the chart. Without this file the number is typed. */

const show = (root) => root.querySelectorAll(".stepper [data-step][hidden]").forEach((button) => { button.hidden = false; });
show(document);
document.addEventListener("htmx:afterSettle", (event) => show(event.detail.elt.parentElement || document));

document.addEventListener("click", (event) => {
  const button = event.target.closest(".stepper [data-step]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  const step = Number(button.dataset.step);
  const decimals = (button.dataset.step.split(".")[1] || "").length;
  const now = Number(input.value.replace(",", ".")) || 0;
  const next = Math.max(Math.abs(step), (Math.round(now / Math.abs(step)) + Math.sign(step)) * Math.abs(step));
  input.value = next.toFixed(decimals);
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
