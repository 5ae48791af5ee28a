/* A field to sign in with a finger, a pen or the mouse. Without this file the typed name is the signature. */

import SignaturePad from "../npm/signature_pad/dist/signature_pad.min.js";

const field = document.querySelector("[data-pad]");

if (field) {
  const canvas = field.querySelector("canvas");
  const kept = field.querySelector('input[name="drawing"]');
  const pad = new SignaturePad(canvas, { penColor: "#10201a", backgroundColor: "rgb(255,255,255)" });

  /** Let the canvas have as many dots as the screen, and draw again what stands there. */
  const fit = () => {
    const drawn = pad.toData();
    const dots = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * dots;
    canvas.height = canvas.offsetHeight * dots;
    canvas.getContext("2d").scale(dots, dots);
    pad.fromData(drawn);
  };

  const keep = () => { kept.value = pad.isEmpty() ? "" : pad.toDataURL("image/png"); };

  field.hidden = false;
  fit();
  if (kept.value) pad.fromDataURL(kept.value, { width: canvas.offsetWidth, height: canvas.offsetHeight });
  pad.addEventListener("endStroke", keep);
  field.querySelector("[data-clear]").addEventListener("click", () => { pad.clear(); keep(); });
  addEventListener("resize", fit);
}
