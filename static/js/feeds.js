/* The address of a calendar is copied by one press; without this file it is marked and copied by hand. */

import { say } from "./house.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.done;
    say(button.dataset.done);
  });
  field.addEventListener("focus", () => field.select());
}
