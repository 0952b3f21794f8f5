/**
 * @file Makes a keyboard-wedge scanner work wherever the focus is.
 *
 * A wedge types a code like a hand would, only faster, and ends with Enter or Tab. This script tells the two apart by speed,
 * hands whole codes on as the event "stammkarte:code" ({code}), and sends single stray keys to the field marked
 * [data-stray]. Fields marked [data-takes-scan] keep what is scanned into them. The speed is only used for the audit flag
 * "by hand" and for routing; the server trusts neither. Codes scanned with the focus in the scan field itself are left to
 * that form, so that nothing here is needed for a scan.
 */

/** A scanner's keys follow each other this fast on average, in ms; hands need three times as long. */
const AVERAGE_MS = 40;
/** A longer pause than this begins anew; a busy tablet delivers single keys late. */
const PAUSE_MS = 100;
/** A code that arrives outside the scan field must be at least this long to be taken for one (a card has 12 symbols). */
const ELSEWHERE_MIN = 12;
/** In the scan field a shorter burst counts as scanned. */
const BURST_MIN = 6;

let burst = "";
let firstAt = 0;
let lastAt = -PAUSE_MS;

/** @param {Element | null} element @returns {element is HTMLInputElement | HTMLTextAreaElement} */
function isTextField(element) {
  return element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && !["radio", "checkbox", "button", "submit", "file"].includes(element.type));
}

/** Take back what a scanner typed into a field that was not meant. @param {Element | null} element */
function takeBack(element) {
  if (!isTextField(element) || !element.value.endsWith(burst)) return;
  element.value = element.value.slice(0, -burst.length);
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {string} code @param {"scan" | "manual"} entry */
function announceCode(code, entry) {
  document.dispatchEvent(new CustomEvent("stammkarte:code", { detail: { code, entry } }));
}

/** The code ends: decide whose it is. @param {KeyboardEvent} event Enter or Tab */
function onEnd(event) {
  const typed = burst;
  const target = document.activeElement;
  const inTime = event.timeStamp - lastAt <= PAUSE_MS && lastAt - firstAt <= AVERAGE_MS * (typed.length - 1);
  const scanned = typed.length >= BURST_MIN && inTime;
  const inScanField = Boolean(target?.closest?.("form[data-scan]")) && isTextField(target);
  if (inScanField) {
    if (target.form.elements.entry) target.form.elements.entry.value = scanned ? "scan" : "manual";
    if (scanned && event.key === "Tab") {
      event.preventDefault();
      target.form.requestSubmit();
    }
  } else if (target?.matches?.("[data-takes-scan]")) {
    if (scanned && event.key === "Tab") {
      event.preventDefault();
      target.form.requestSubmit();
    }
  } else if (scanned && typed.length >= ELSEWHERE_MIN && document.querySelector("form[data-scan]")) {
    event.preventDefault();
    event.stopPropagation();
    takeBack(target);
    announceCode(typed, "scan");
  }
  burst = "";
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Enter" || event.key === "Tab") return onEnd(event);
  if (event.key.length !== 1) return;
  const goesOn = burst !== "" && event.timeStamp - lastAt <= PAUSE_MS;
  burst = goesOn ? burst + event.key : event.key;
  if (!goesOn) firstAt = event.timeStamp;
  lastAt = event.timeStamp;
  if (event.key !== " " && !isTextField(document.activeElement)) document.querySelector("[data-stray]")?.focus();
}

addEventListener("keydown", onKey, { capture: true });
