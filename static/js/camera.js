/**
 * @file Scanning with the device's camera.
 *
 * Uses the browser's own BarcodeDetector where it reads QR codes, else the decoder from our own origin (#camera
 * [data-polyfill-url], [data-wasm-url]; both empty where it was not installed). With neither, or without a camera, the photo
 * form stays in place of the button. Sends each code once as the event "stammkarte:code"; the same code counts again only
 * after it has been out of the picture. The picture is never stored or sent. All sentences come from the page.
 */

const LOOK_EVERY_MS = 120;
const OUT_OF_SIGHT_MS = 1500;
const REMEMBER = "stammkarte.camera";

const panel = document.getElementById("camera");
const note = document.getElementById("camera-note");
/** @type {MediaStream | null} */
let stream = null;
/** @type {Promise<{detect(source: CanvasImageSource): Promise<{rawValue: string}[]>}> | null} */
let detector = null;
let wakeLock = null;
let seen = { code: "", at: -OUT_OF_SIGHT_MS };

/** @returns {Promise<boolean>} whether the browser itself reads QR codes */
async function readsQrCodes() {
  if (!("BarcodeDetector" in window)) return false;
  try {
    return (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code");
  } catch {
    return false;
  }
}

/**
 * Load a classic script of our own origin.
 * @param {string} url
 */
function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new Error("decoder missing"));
    document.head.append(script);
  });
}

/** Make the detector on the first tap only: the decoder weighs about a megabyte. */
async function makeDetector() {
  if (await readsQrCodes()) return new window.BarcodeDetector({ formats: ["qr_code"] });
  await loadScript(panel.dataset.polyfillUrl);
  const library = window.BarcodeDetectionAPI;
  const wasm = panel.dataset.wasmUrl;
  library.prepareZXingModule({
    overrides: { locateFile: (name, prefix) => (name.endsWith(".wasm") ? wasm : prefix + name) },
  });
  return new library.BarcodeDetector({ formats: ["qr_code"] });
}

/** @param {unknown} error @returns {string} the sentence for it */
function sentenceFor(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return panel.dataset.denied;
  if (name === "NotFoundError" || name === "OverconstrainedError") return panel.dataset.missing;
  if (name === "NotReadableError" || name === "AbortError") return panel.dataset.busy;
  return panel.dataset.failed;
}

/** Keep the screen on while the camera is open; not every browser can, and none must. */
async function keepAwake() {
  try {
    wakeLock = (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    wakeLock = null;
  }
}

function markButtons() {
  document.querySelectorAll("[data-camera-open]").forEach((button) => button.setAttribute("aria-expanded", String(!panel.hidden)));
}

/** Stop the camera; the window may stay remembered for the next page. @param {boolean} forget */
function close(forget) {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  wakeLock?.release().catch(() => {});
  wakeLock = null;
  panel.hidden = true;
  panel.querySelector("video").srcObject = null;
  if (forget) sessionStorage.removeItem(REMEMBER);
  markButtons();
}

/** Show the torch button where the camera has a light. */
function offerTorch() {
  const button = panel.querySelector("[data-camera-torch]");
  const [track] = stream.getVideoTracks();
  button.hidden = !track.getCapabilities?.().torch;
  button.setAttribute("aria-pressed", "false");
}

async function toggleTorch() {
  const button = panel.querySelector("[data-camera-torch]");
  const on = button.getAttribute("aria-pressed") !== "true";
  try {
    await stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
    button.setAttribute("aria-pressed", String(on));
  } catch {
    button.hidden = true;
  }
}

/** @param {string} code */
function report(code) {
  const now = performance.now();
  const isNew = code !== seen.code || now - seen.at > OUT_OF_SIGHT_MS;
  seen = { code, at: now };
  if (isNew) document.dispatchEvent(new CustomEvent("stammkarte:code", { detail: { code } }));
}

/** Look at the picture again and again until the stream it began with is gone. @param {MediaStream} mine */
async function look(mine) {
  const video = panel.querySelector("video");
  const eye = await detector;
  while (stream === mine) {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      const [found] = await eye.detect(video);
      if (found?.rawValue && stream === mine) report(found.rawValue);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Open the camera, or say why not. */
async function open() {
  if (stream) return;
  note.hidden = true;
  try {
    detector ??= makeDetector();
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } });
    if (document.hidden) return close(false); // left the page while the browser asked for permission
    const video = panel.querySelector("video");
    panel.hidden = false;
    video.srcObject = stream;
    await video.play();
    offerTorch();
    keepAwake();
    sessionStorage.setItem(REMEMBER, "open");
    markButtons();
    await look(stream);
  } catch (error) {
    close(true);
    detector = null; // a decoder that failed to load is asked for again on the next tap
    note.querySelector("span").textContent = sentenceFor(error);
    note.hidden = false;
    setTimeout(() => addEventListener("pointerdown", () => (note.hidden = true), { once: true }));
  }
}

/** Put the camera button in place of the photo form; a photo is sent as soon as it is taken. @param {boolean} usable */
function offer(usable) {
  document.querySelectorAll("[data-camera-open]").forEach((button) => (button.hidden = !usable));
  document.querySelectorAll("form[data-photo]").forEach((form) => {
    form.hidden = usable;
    form.classList.add("photo--auto");
    form.querySelector("[type=submit]").hidden = true;
  });
  markButtons();
}

/** Wire the page up once; what a swap brings is picked up by delegation and by offer(). */
async function start() {
  const usable = Boolean(navigator.mediaDevices?.getUserMedia) && (Boolean(panel.dataset.polyfillUrl) || (await readsQrCodes()));
  offer(usable);
  document.addEventListener("htmx:afterSwap", () => offer(usable));
  document.addEventListener("change", (event) => event.target.closest?.("form[data-photo]")?.requestSubmit());
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("[data-camera-open]")) open();
    else if (event.target.closest("[data-camera-close]")) close(true);
    else if (event.target.closest("[data-camera-torch]")) toggleTorch();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && stream) close(true);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close(false);
    else if (usable && sessionStorage.getItem(REMEMBER)) open();
  });
  addEventListener("pagehide", () => close(false));
  if (usable && sessionStorage.getItem(REMEMBER) && document.querySelector("form[data-scan]")) open();
}

if (panel && note) start();
