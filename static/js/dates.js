/* A date that is being typed is no date yet: with the year half written, nothing looks for times on it. */
const isHalfTyped = (field) => field.matches("[type=date], [type=datetime-local]") && field.value && field.value < "1900";

document.addEventListener("change", (event) => {
  if (isHalfTyped(event.target)) event.stopPropagation();
}, true);
