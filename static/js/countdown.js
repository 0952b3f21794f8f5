/**
 * @file Counts down what ends by itself: the time for undo, the wait before a code may be sent again.
 *
 * [data-countdown] holds the seconds left, [data-total] the whole time. The text goes into [data-left] as m:ss, a bar (.undo)
 * drains. At zero the element is hidden and its next sibling with [data-after] shown. The server decides whether it was in
 * time; this only shows it. Without this script the seconds stand as text.
 */

/** Ends of the running countdowns, in ms of performance.now(). @type {Map<HTMLElement, number>} */
const ends = new Map();

/**
 * @param {number} seconds
 * @returns {string} such as 1:48
 */
function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Let the bar run from where it stands. Set through the style object, which a strict policy allows.
 * @param {HTMLElement} element
 * @param {number} left seconds
 * @param {number} total seconds
 */
function drain(element, left, total) {
  const bar = element.querySelector(".undo__left rect");
  if (!bar) return;
  bar.style.animationDuration = `${total}s`;
  bar.style.animationDelay = `${left - total}s`;
  bar.closest(".undo").classList.add("undo--running");
}

/** @param {HTMLElement} element */
function finish(element) {
  ends.delete(element);
  const hadFocus = element.contains(document.activeElement);
  const next = element.nextElementSibling;
  element.hidden = true;
  if (!next?.hasAttribute("data-after")) return;
  next.hidden = false;
  if (hadFocus) next.focus();
}

/** Write all times; forget what has left the page. */
function tick() {
  for (const [element, end] of ends) {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (!element.isConnected) ends.delete(element);
    else if (left <= 0) finish(element);
    else element.querySelector("[data-left]").textContent = clock(left);
  }
}

/** Pick up new countdowns; safe to call again after each swap. */
function start() {
  document.querySelectorAll("[data-countdown]").forEach((element) => {
    if (ends.has(element) || element.hidden) return;
    const left = Number(element.dataset.countdown);
    if (!(left > 0)) return;
    ends.set(element, performance.now() + left * 1000);
    drain(element, left, Number(element.dataset.total) || left);
  });
  tick();
}

setInterval(tick, 500);
document.addEventListener("htmx:afterSwap", start);
start();
