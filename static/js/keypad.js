/**
 * @file Keys on the screen for an amount or a PIN.
 *
 * Shows every [data-keypad] and writes its keys into the field with that id; typing on a real keyboard goes into the same
 * field. Draws dots over a [data-pin] field and names the chosen person above it. Submits nothing. Without this script the
 * plain fields are typed into.
 */

const PIN_MIN = 4;
const PIN_MAX = 6;
const AMOUNT = /^\d{0,5}(,\d{0,2})?$/;

/**
 * What the field holds after a key.
 * @param {string} value
 * @param {string} key a digit, "," "back" or "clear"
 * @param {boolean} isPin
 * @returns {string}
 */
function after(value, key, isPin) {
  if (key === "clear") return "";
  if (key === "back") return value.slice(0, -1);
  const next = key === "," && value === "" ? "0," : value + key;
  const fits = isPin ? next.length <= PIN_MAX : AMOUNT.test(next.replace(".", ","));
  return fits ? next : value;
}

/** @param {HTMLElement} key */
function press(key) {
  const field = document.getElementById(key.closest("[data-keypad]").dataset.keypad);
  if (!(field instanceof HTMLInputElement)) return;
  field.value = after(field.value, key.dataset.key, field.type === "password");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Draw one dot per digit, at least as many as the shortest PIN has.
 * @param {HTMLElement} pin
 */
function drawDots(pin) {
  const typed = pin.querySelector("input").value.length;
  const dots = pin.querySelector(".pin__dots");
  const count = Math.max(PIN_MIN, Math.min(typed, PIN_MAX));
  dots.replaceChildren(...Array.from({ length: count }, (_, index) => {
    const dot = document.createElement("i");
    dot.classList.toggle("on", index < typed);
    return dot;
  }));
}

/** @param {HTMLElement} pin */
function dress(pin) {
  if (pin.classList.contains("pin--dots")) return;
  const dots = document.createElement("span");
  dots.className = "pin__dots";
  dots.setAttribute("aria-hidden", "true");
  pin.append(dots);
  pin.classList.add("pin--dots");
  pin.addEventListener("input", () => drawDots(pin));
  drawDots(pin);
}

/** Write the chosen person's name above the PIN; the sentence comes translated from the page. */
function namePerson() {
  const title = document.querySelector("[data-pin-title]");
  const person = document.querySelector("input[data-name]:checked");
  if (title && person) title.textContent = title.dataset.pinTitle.replace("{name}", person.dataset.name);
}

/** Show what needs scripts; safe to call again after each swap. */
function start() {
  document.querySelectorAll("[data-keypad]").forEach((pad) => {
    pad.hidden = false;
    document.getElementById(pad.dataset.keypad)?.setAttribute("inputmode", "none");
  });
  document.querySelectorAll("[data-pin]").forEach(dress);
  namePerson();
}

document.addEventListener("click", (event) => {
  const key = event.target instanceof Element ? event.target.closest("[data-keypad] [data-key]") : null;
  if (key) press(key);
});
document.addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLInputElement) || !event.target.dataset.name) return;
  namePerson();
  document.querySelector("[data-pin] input")?.focus();
});
document.addEventListener("htmx:afterSwap", start);
start();
