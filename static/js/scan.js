/* A code is scanned: keyboards of scanners send the separator as Ctrl and a bracket, and where the browser can read
   codes itself, the camera fills the field. Without this file the field is typed into and read by its button. */

const SEPARATOR = "\u241d";
const FORMATS = ["data_matrix", "code_128", "qr_code", "ean_13", "ean_8", "itf"];

for (const field of document.querySelectorAll("[data-scan]")) {
  field.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "]") {
      event.preventDefault();
      field.setRangeText(SEPARATOR, field.selectionStart, field.selectionEnd, "end");
    }
  });
}

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
    const [code] = await detector.detect(video).catch(() => []);
    if (!code?.rawValue) return void setTimeout(look, 200);
    field.value = code.rawValue.replaceAll("\u001d", SEPARATOR);
    stop();
    field.form.requestSubmit(field.form.querySelector('[name="read"]'));
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

for (const button of document.querySelectorAll("[data-camera]")) {
  const formats = await known();
  if (formats.length === 0) continue;
  const field = document.getElementById(button.dataset.camera);
  button.hidden = false;
  watch(button, field, field.form.querySelector("video"), formats);
}
