// How many reports of patients nobody has taken on: asked every twenty seconds, said aloud when an urgent one joins.
const EVERY = 20_000; // ms
let urgent = 0;

const show = (link, told) => {
  link.hidden = told.count === 0;
  link.classList.toggle("is-urgent", told.urgent > 0);
  link.querySelector("[data-count]").textContent = told.count;
  link.querySelector("[data-words]").textContent = told.urgent ? told.loud : told.words;
};

const ask = async () => {
  const link = document.querySelector("[data-reports]");
  if (!link || document.hidden) return;
  let told;
  try {
    const answer = await fetch(link.dataset.reports, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (!answer.ok) return; // signed out, or the house is away: the page itself says so when it is used
    told = await answer.json();
  } catch {
    return;
  }
  show(link, told);
  const alerts = document.getElementById("report-alerts");
  if (told.urgent > urgent && alerts) alerts.textContent = told.loud;
  urgent = told.urgent;
};

ask();
setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);
