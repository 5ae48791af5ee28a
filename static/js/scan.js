/* A code is scanned: keyboards of scanners send the separator as Ctrl and a bracket, and where the browser can read
   codes itself, the camera fills the field. Without this file the field is typed into and read by its button. */

const SEPARATOR = "\u241d";
const FORMATS = ["data_matrix", "code_128", "qr_code", "ean_13", "ean_8", "itf"];

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("[data-scan]");
  if (!field) return;
  if (event.ctrlKey && event.key === "]") {
    event.preventDefault();
    field.setRangeText(SEPARATOR, field.selectionStart, field.selectionEnd, "end");
  } else if (event.key === "Enter") {
    event.preventDefault(); // scanners end with it: it reads the code, whatever else the form can do
    read(field);
  }
});

const read = (field) => field.form.requestSubmit(field.form.querySelector('[name="read"]'));

async function known() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return [];
  const able = await BarcodeDetector.getSupportedFormats();
  return FORMATS.filter((format) => able.includes(format));
}

function watch(button, field, video, formats) {
  const detector = new BarcodeDetector({ formats });
  const words = button.textContent;
  let stream = null;

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
    video.hidden = true;
    button.textContent = words;
  }

  async function look() {
    if (!stream) return;
    if (!video.isConnected) return stop(); // the page was drawn anew
    const [code] = await detector.detect(video).catch(() => []);
    if (!code?.rawValue) return void setTimeout(look, 200);
    field.value = code.rawValue.replaceAll("\u001d", SEPARATOR);
    stop();
    read(field);
  }

  button.addEventListener("click", async () => {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      button.hidden = true; // no camera, or nobody lets it be used: the field is typed into
      return field.focus();
    }
    video.srcObject = stream;
    video.hidden = false;
    button.textContent = button.dataset.stop;
    await video.play();
    look();
  });
  addEventListener("pagehide", stop);
}

const formats = await known();
const watched = new WeakSet();

/** Offer the camera at each field on the page, also at one that came with a part from the server. */
const offer = () => {
  for (const button of document.querySelectorAll("[data-camera]")) {
    if (formats.length === 0 || watched.has(button)) continue;
    watched.add(button);
    const field = document.getElementById(button.dataset.camera);
    button.hidden = false;
    watch(button, field, field.form.querySelector("video"), formats);
  }
};
offer();
document.addEventListener("htmx:afterSettle", offer);
