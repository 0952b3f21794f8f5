/**
 * @file The scan field of the counter and what a scan sends.
 *
 * Keeps one rule: nothing is booked twice and nothing is lost without a word. Each attempt has a request id; when the answer
 * did not come, the same code goes out again with the same id, and the server returns the first outcome. A second card
 * scanned while the first is on its way waits; when the first was not plainly booked a human must look first, so the second
 * is dropped and the page says so. Works over htmx, and with plain forms when htmx is missing. See wedge.js for scanners, camera.js for the camera.
 */

const CLEAR_AFTER_MS = 20_000;
const SCANNER_SEEN = "stammkarte.scanner";
const REFUSED = "stammkarte.refused";

/** @type {{code: string, entry: string}[]} */
const waiting = [];
/** The attempt whose answer did not come. */
let lost = { code: "", requestId: "" };
let busy = false;
let clearTimer = 0;

/** @returns {HTMLFormElement | null} */
const scanForm = () => document.querySelector("form[data-scan]");

/** @returns {string} a random UUID, also where crypto.randomUUID is missing (plain http in the shop's network) */
function newRequestId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Give every form of this page an id of its own. */
function renewRequestIds() {
  document.querySelectorAll("input[name=request_id]").forEach((input) => (input.value = newRequestId()));
}

/** Book a code, or let it wait for the one on its way. @param {string} code @param {string} entry */
function send(code, entry) {
  const form = scanForm();
  if (!form) return;
  if (busy) return void waiting.push({ code, entry });
  form.elements.code.value = code;
  form.elements.entry.value = entry;
  form.requestSubmit();
}

/** Every form that writes goes out once; runs before htmx sees the event. @param {SubmitEvent} event */
function onSubmit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("form[data-scan], form[data-write]")) return;
  const stop = () => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const scanning = form.matches("[data-scan]");
  const code = scanning ? form.elements.code.value.trim() : "";
  if (scanning && code === "") return stop();
  if (busy) {
    stop();
    if (scanning) {
      waiting.push({ code, entry: form.elements.entry.value });
      form.elements.code.value = "";
    }
    return;
  }
  busy = true;
  if (scanning) {
    if (code === lost.code) form.elements.request_id.value = lost.requestId;
    lost = { code, requestId: form.elements.request_id.value };
    if (form.elements.entry.value === "scan") rememberScanner();
  }
}

/** The answer is on the page: go on with the next card only after a plain yes. */
function onSettled() {
  busy = false;
  lost = { code: "", requestId: "" };
  start();
  const booked = document.getElementById("counter")?.dataset.signal === "ok";
  const next = waiting.shift();
  if (next && booked) return send(next.code, next.entry);
  if (next) showBar("dropped");
  waiting.length = 0;
}

/** Show one of the bars above the screen, hide the others. @param {"offline" | "refused" | "dropped"} which */
function showBar(which) {
  document.querySelectorAll("[data-lost]").forEach((bar) => (bar.hidden = bar.dataset.lost !== which));
}

/** No answer, or none that counts. The field keeps the code, the next scan overwrites it. @param {"offline" | "refused"} why */
function onLost(why) {
  busy = false;
  waiting.length = 0;
  showBar(why);
  const field = scanForm()?.elements.code;
  if (field) field.value = lost.code;
  field?.select();
  document.dispatchEvent(new CustomEvent("signal", { detail: { kind: "attention" } }));
  // A retry of another code needs an id of its own; one of the same code gets its old one back in onSubmit. All other
  // forms keep theirs: sent again, they get the first answer and book nothing twice.
  if (scanForm()) scanForm().elements.request_id.value = newRequestId();
}

/** @param {CustomEvent} event htmx's; 403 means that the form's token is gone, so begin anew and say it there */
function onRefused(event) {
  if (event.detail.xhr?.status !== 403) return onLost("refused");
  sessionStorage.setItem(REFUSED, "1");
  location.assign(document.querySelector(".brand")?.href ?? location.href);
}

/** This page was fetched because a form was not taken: whoever scanned must not think that it was booked. */
function tellRefused() {
  if (sessionStorage.getItem(REFUSED) === null) return;
  sessionStorage.removeItem(REFUSED);
  showBar("refused");
  document.dispatchEvent(new CustomEvent("signal", { detail: { kind: "attention" } }));
}

/** An answer without the counter in it (signed out, another page) is shown whole instead. @param {CustomEvent} event htmx's */
function onForeignAnswer(event) {
  const { target, shouldSwap, serverResponse, xhr } = event.detail;
  if (target?.id !== "counter" || !shouldSwap || String(serverResponse).includes('id="counter"')) return;
  event.detail.shouldSwap = false;
  if (xhr.status >= 400) onLost("refused");
  else location.assign(xhr.responseURL || location.href);
}

/** A wedge scanner was at work on this device: no on-screen keyboard from now on. */
function rememberScanner() {
  sessionStorage.setItem(SCANNER_SEEN, "1");
}

/** Hold the on-screen keyboard back while a scanner is known; the key button brings it. */
function dressField() {
  const known = document.getElementById("counter")?.dataset.scanner === "known" || sessionStorage.getItem(SCANNER_SEEN) !== null;
  document.querySelectorAll("[data-chip=known]").forEach((chip) => (chip.hidden = !known));
  if (!known) return;
  scanForm()?.elements.code.setAttribute("inputmode", "none");
  document.querySelectorAll("[data-type-number]").forEach((button) => (button.hidden = false));
}

/** Tell screen readers the result; a new status region alone is often not read. */
function announce() {
  const said = document.querySelector("[data-announce]");
  const voice = document.getElementById("announce");
  if (voice) voice.textContent = said ? Array.from(said.querySelectorAll("h1, p"), (part) => part.textContent.trim()).join(". ") : "";
}

function showConnection() {
  document.querySelectorAll("[data-chip=offline]").forEach((chip) => (chip.hidden = navigator.onLine));
}

/** A pairing link carries its code behind the #, which no server sees; take it into the field and out of the address. */
function takePairingCode() {
  const field = document.querySelector("[data-from-hash]");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!field || !code) return;
  field.value = code;
  history.replaceState(null, "", location.pathname);
}

/** Dress a page or a swapped part. */
function start() {
  dressField();
  announce();
  showConnection();
  takePairingCode();
}

/** @param {InputEvent} event what is left half typed goes away, so that the next customer does not see it */
function onInput(event) {
  if (!event.target.closest?.("form[data-scan]")) return;
  clearTimeout(clearTimer);
  const field = event.target;
  clearTimer = setTimeout(() => {
    if (!busy) field.value = "";
  }, CLEAR_AFTER_MS);
}

/** Scanner check: symbols came, but no Enter within a second. @param {InputEvent} event */
function noticeMissingEnter(event) {
  const form = event.target.closest?.("form[data-scanner-check]");
  if (!form) return;
  const note = document.querySelector("[data-enter-missing]");
  note.hidden = true;
  clearTimeout(clearTimer);
  clearTimer = setTimeout(() => (note.hidden = false), 1000);
  form.addEventListener("submit", () => clearTimeout(clearTimer), { once: true });
}

document.addEventListener("submit", onSubmit, { capture: true });
document.addEventListener("input", onInput);
document.addEventListener("input", noticeMissingEnter);
document.addEventListener("stammkarte:code", (event) => {
  const field = document.activeElement;
  if (field instanceof HTMLInputElement && field.matches("[data-takes-scan]")) field.value = event.detail.code;
  else send(event.detail.code, event.detail.entry ?? "scan");
});
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-type-number]")) return;
  const field = scanForm().elements.code;
  field.setAttribute("inputmode", "text");
  field.focus();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "counter" || event.detail.elt?.id === "counter") onSettled();
});
document.addEventListener("htmx:beforeSend", (event) => {
  // The code is on its way; an empty field is ready for the next card.
  if (event.detail.elt?.matches?.("form[data-scan]")) event.detail.elt.elements.code.value = "";
});
document.addEventListener("htmx:beforeSwap", onForeignAnswer);
document.addEventListener("htmx:sendError", () => onLost("offline"));
document.addEventListener("htmx:timeout", () => onLost("offline"));
document.addEventListener("htmx:responseError", onRefused);
addEventListener("online", showConnection);
addEventListener("offline", showConnection);
addEventListener("pageshow", (event) => {
  busy = false;
  if (event.persisted) renewRequestIds();
});
start();
tellRefused();
