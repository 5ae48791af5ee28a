// Names and conditions that a press puts into the letter, where its writer was last; without scripts they are a list.
const chips = document.querySelector("[data-chips]");
const fields = [...document.querySelectorAll("textarea.letter-words")];
let last = fields[0];

for (const field of fields) field.addEventListener("focus", () => (last = field));

if (chips && last) {
  chips.querySelector("[data-chips-help]").hidden = false;
  for (const plain of chips.querySelectorAll("[data-plain]")) plain.hidden = true;
  for (const chip of chips.querySelectorAll("[data-insert]")) {
    chip.hidden = false;
    chip.addEventListener("click", () => {
      last.focus();
      last.setRangeText(chip.dataset.insert, last.selectionStart, last.selectionEnd, "end");
      last.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
