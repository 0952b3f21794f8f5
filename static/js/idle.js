/**
 * @file Locks the till when nobody touches it.
 *
 * #counter[data-idle-seconds] is the time (empty or 0: never). Twenty seconds before, [data-idle-note] appears; any touch or
 * key keeps the till open (WCAG 2.2.1). Then the form [data-lock] is submitted. Counts by the wall clock, so that a tablet
 * that slept is locked at once when it wakes. The server has its own limit; this only clears the screen in time.
 */

const WARNING_SECONDS = 20;
let touchedAt = Date.now();
let locking = false;

/** @returns {HTMLElement | null} */
const note = () => document.querySelector("[data-idle-note]");

function touch() {
  if (locking) return;
  touchedAt = Date.now();
  const shown = note();
  if (shown && !shown.hidden) shown.hidden = true;
}

function check() {
  const limit = Number(document.getElementById("counter")?.dataset.idleSeconds);
  const form = document.querySelector("form[data-lock]");
  if (!(limit > 0) || !(form instanceof HTMLFormElement) || locking) return;
  const idle = (Date.now() - touchedAt) / 1000;
  if (idle >= limit) {
    locking = true;
    form.requestSubmit();
  } else if (idle >= limit - WARNING_SECONDS && note()) {
    note().hidden = false;
  }
}

for (const name of ["pointerdown", "keydown", "input", "stammkarte:code"]) addEventListener(name, touch, { capture: true, passive: true });
addEventListener("visibilitychange", check);
addEventListener("pageshow", (event) => {
  if (event.persisted) locking = false;
});
setInterval(check, 1000);
