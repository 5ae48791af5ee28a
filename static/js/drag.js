/* Carrying a visit to another time with the mouse. Dropping it opens the page that moves a visit, with the time filled
   in; nothing moves before that page is confirmed. Fingers and pens scroll: for them there is Move. */

const FAR = 8; // px before a press becomes a carry
const QUARTER_ROWS = "#board tbody tr";
let press = null; // {card, x, y, grip} from the button going down until it comes up
let carry = null; // {ghost, landing, drop} once it moved far enough

const board = () => document.querySelector("#board[data-drag]");

/** Return where a point lies on the board: the column's header and the row, or null outside both. */
const under = (x, y) => {
  const table = board();
  const head = [...table.tHead.rows[0].cells].find((cell) => {
    const box = cell.getBoundingClientRect();
    return cell.dataset.asks && x >= box.left && x < box.right;
  });
  const row = [...document.querySelectorAll(QUARTER_ROWS)].find((one) => {
    const box = one.cells[0].getBoundingClientRect();
    return y >= box.top && y < box.bottom;
  });
  return head && row ? { head, row } : null;
};

const start = () => {
  const ghost = document.createElement("div");
  ghost.className = "ghost";
  const landing = document.createElement("div");
  landing.className = "landing";
  landing.hidden = true;
  board().parentElement.append(landing);
  document.body.append(ghost);
  document.body.classList.add("is-carrying");
  press.card.classList.add("is-carried");
  carry = { ghost, landing, drop: null };
};

const follow = (event) => {
  const spot = under(event.clientX, event.clientY - press.grip);
  carry.drop = spot && { asks: spot.head.dataset.asks, start: `${spot.head.dataset.day}T${spot.row.cells[0].textContent.trim()}` };
  const name = press.card.querySelector(".name").textContent;
  carry.ghost.textContent = spot ? `${name} · ${spot.row.cells[0].textContent.trim()}` : name;
  carry.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 8}px)`;
  carry.landing.hidden = !spot;
  if (!spot) return;
  const frame = carry.landing.offsetParent.getBoundingClientRect();
  const column = spot.head.getBoundingClientRect();
  carry.landing.style.left = `${column.left - frame.left + carry.landing.offsetParent.scrollLeft + 3}px`;
  carry.landing.style.top = `${spot.row.cells[0].getBoundingClientRect().top - frame.top}px`;
  carry.landing.style.width = `${column.width - 6}px`;
  carry.landing.style.height = `${press.card.getBoundingClientRect().height}px`;
};

const end = () => {
  if (carry) {
    carry.ghost.remove();
    carry.landing.remove();
    press.card.classList.remove("is-carried");
    document.body.classList.remove("is-carrying");
  }
  press = null;
  carry = null;
};

/** The press that ends a carry is not also a click on the card. */
const swallowClick = () => {
  const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
};

document.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button !== 0 || !matchMedia("(pointer: fine)").matches) return;
  const card = event.target.closest("#board[data-drag] [data-visit]");
  if (!card || !card.matches("[data-moves]") || event.target.closest("button, .gap")) return;
  press = { card, x: event.clientX, y: event.clientY, grip: event.clientY - card.getBoundingClientRect().top - 2 };
});
document.addEventListener("pointermove", (event) => {
  if (!press) return;
  if (!carry && Math.hypot(event.clientX - press.x, event.clientY - press.y) < FAR) return;
  if (!carry) start();
  follow(event);
});
document.addEventListener("pointerup", () => {
  if (!carry) { press = null; return; }
  const { drop } = carry;
  const home = press.card.querySelector(".name").href;
  swallowClick();
  end();
  if (drop) location.assign(`${home}move/?${drop.asks}start=${drop.start}`);
});
document.addEventListener("pointercancel", end);
addEventListener("blur", end);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !carry) return;
  event.preventDefault();
  event.stopPropagation();
  swallowClick();
  end();
}, true);
document.addEventListener("dragstart", (event) => {
  if (event.target.closest && event.target.closest("#board[data-drag]")) event.preventDefault();
});
