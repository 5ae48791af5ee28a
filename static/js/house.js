/* What every page does beyond links and forms. Without this file all of it still works, only plainer. */

document.documentElement.classList.add("scripted");
const alerts = document.getElementById("alerts");
const status = document.getElementById("status");

/** Say one sentence to people who listen instead of looking. */
export const say = (words) => {
  if (!status) return;
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = words; });
};

const warn = (words) => {
  if (!alerts) return;
  const strip = document.createElement("p");
  strip.className = "strip";
  strip.textContent = words;
  alerts.replaceChildren(strip);
};

/* Menus are <details>: close them from outside, by Escape, and when focus leaves. */
const shut = (menu) => { menu.open = false; };
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) shut(menu);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    shut(menu);
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) shut(menu);
  }
});

/* Toasts leave after 8 s unless somebody is at them; bad news stays. */
const tend = (toast) => {
  const close = toast.querySelector(".btn-close-toast");
  const leave = () => { toast.classList.add("going"); setTimeout(() => toast.remove(), 160); };
  if (close) { close.hidden = false; close.addEventListener("click", leave); }
  if (toast.dataset.toast === "error" || toast.dataset.toast === "warning") return;
  let timer = setTimeout(leave, 8000);
  const hold = () => clearTimeout(timer);
  const resume = () => { hold(); timer = setTimeout(leave, 8000); };
  toast.addEventListener("mouseenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("mouseleave", resume);
  toast.addEventListener("focusout", resume);
};
document.querySelectorAll(".toast").forEach(tend);

/* One press, one post: the button says what is happening and a second press does nothing. */
const release = (form) => {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[data-was]")) {
    button.textContent = "";
    button.append(...(button.kept || []));
    button.removeAttribute("aria-disabled");
    delete button.dataset.was;
  }
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (event.submitter && event.submitter.formTarget) return; // a look in a frame: the page stays
  if (form.dataset.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sending = "1";
  const button = event.submitter;
  if (!button || !button.dataset.busy) return;
  button.kept = [...button.childNodes];
  button.dataset.was = "1";
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-disabled", "true");
}, true);
addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));

/* Ctrl+Enter sends the form one is in. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form") || document.querySelector("form[data-main]");
  const button = form && form.querySelector("[data-send]");
  if (!button) return;
  event.preventDefault();
  button.click();
});

/* Problems are read first. */
const attend = (root) => {
  const target = root.querySelector("[data-focus]");
  if (target) target.focus({ preventScroll: false });
};
attend(document);

/* htmx: say what went wrong, never lose the page, follow a lost session to the sign-in. */
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) release(form);
  if (event.detail.successful && alerts) alerts.replaceChildren();
});
document.addEventListener("htmx:sendError", () => warn(alerts.dataset.lost));
document.addEventListener("htmx:timeout", () => warn(alerts.dataset.lost));
document.addEventListener("htmx:responseError", (event) => {
  const code = event.detail.xhr.status;
  if (code === 403) warn(alerts.dataset.refused);
  else if (code === 404) warn(alerts.dataset.gone);
  else warn(alerts.dataset.broken);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const page = event.detail.xhr.responseText.trimStart().slice(0, 15).toLowerCase();
  if (page.startsWith("<!doctype")) { // a whole page where a part was asked for: the session ended
    event.detail.shouldSwap = false;
    location.reload();
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  const root = event.detail.elt;
  root.querySelectorAll(".toast").forEach(tend);
  const words = root.querySelector("[data-say]");
  if (words) say(words.dataset.say);
  if (document.activeElement === document.body || root.querySelector("[data-focus]")) {
    attend(root.querySelector("[data-focus]") ? root : document);
  }
});
