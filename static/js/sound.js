/**
 * @file Tones and vibration that follow the colour of the desk: ok, attention, stop.
 *
 * Plays when a page or a swapped part carries data-signal, and on the event "signal" (from the HX-Trigger header or from
 * other scripts). The volume is data-volume of #counter, 0 to 100; 0 is silent, vibration stays. Browsers allow sound only
 * after a tap or a key: the first one, at the latest "Start the shift", unlocks it. Never the only message: colour, sign
 * and words stand on the page.
 */

/** @typedef {"ok" | "attention" | "stop"} Signal */

/** Tones as [frequency in Hz, start in s, length in s]. @type {Record<Signal, [number, number, number][]>} */
const TONES = {
  ok: [[880, 0, 0.06], [1320, 0.08, 0.06]],
  attention: [[660, 0, 0.15]],
  stop: [[220, 0, 0.18], [220, 0.26, 0.18]],
};

/** Vibration in ms, on and off in turn. @type {Record<Signal, number[]>} */
const BUZZ = { ok: [30], attention: [60], stop: [90, 80, 90] };

/** The same signal twice within this time is one signal (header and page may both carry it). */
const ONCE_MS = 300;

/** @type {AudioContext | null} */
let audio = null;
let lastPlayed = { kind: "", at: -ONCE_MS };

/** Make or wake the audio context; harmless to call often. */
function unlock() {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context) return;
  audio ??= new Context();
  if (audio.state === "suspended") audio.resume().catch(() => {});
}

/** @returns {number} gain between 0 and 0.5; loudness is felt as the square of the slider */
function gainFromPage() {
  const volume = Number(document.getElementById("counter")?.dataset.volume || 50);
  return 0.5 * (Math.min(100, Math.max(0, volume)) / 100) ** 2;
}

/**
 * Sound one tone with soft edges, so that it does not click.
 * @param {AudioContext} context
 * @param {number} gain
 * @param {[number, number, number]} tone
 */
function beep(context, gain, [hertz, start, length]) {
  const from = context.currentTime + start;
  const oscillator = context.createOscillator();
  const envelope = context.createGain();
  oscillator.frequency.value = hertz;
  envelope.gain.setValueAtTime(0, from);
  envelope.gain.linearRampToValueAtTime(gain, from + 0.008);
  envelope.gain.setValueAtTime(gain, from + length - 0.012);
  envelope.gain.linearRampToValueAtTime(0, from + length);
  oscillator.connect(envelope).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + length);
}

/**
 * Play a signal once.
 * @param {string | undefined} kind anything but a known signal is silent
 */
function play(kind) {
  if (!(kind in TONES)) return;
  const now = performance.now();
  if (kind === lastPlayed.kind && now - lastPlayed.at < ONCE_MS) return;
  lastPlayed = { kind, at: now };
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(BUZZ[kind]);
  const gain = gainFromPage();
  if (gain === 0) return;
  unlock();
  if (audio?.state === "running") TONES[kind].forEach((tone) => beep(audio, gain, tone));
}

addEventListener("pointerdown", unlock, { capture: true });
addEventListener("keydown", unlock, { capture: true });
document.addEventListener("signal", (event) => play(event.detail?.kind ?? event.detail?.value));
document.addEventListener("htmx:afterSettle", () => play(document.getElementById("counter")?.dataset.signal));
play(document.getElementById("counter")?.dataset.signal);
