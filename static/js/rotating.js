/**
 * @file Keeps the customer's QR code fresh.
 *
 * [data-rotating] is the address of the next code, [data-refresh] the seconds between two (25; a code lives 30 and is taken
 * one step late). The answer must be one SVG; it replaces what is in [data-rotating-code], the ring runs again, the count
 * goes down. No secret is on the phone. Without a connection the last code stays, which still collects, and the page says
 * so. Without this script a link loads the page again.
 */

const RETRY_MS = 5000;

/** One code on the page. */
class RotatingCode {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.refreshMs = (Number(root.dataset.refresh) || 25) * 1000;
    this.nextAt = performance.now() + this.refreshMs;
    this.loading = false;
    this.part("plain").hidden = true;
    this.part("count").hidden = false;
    this.run();
    this.tick();
    setInterval(() => this.tick(), 500);
    addEventListener("online", () => this.load());
    addEventListener("visibilitychange", () => this.tick());
  }

  /**
   * @param {string} name
   * @returns {HTMLElement} the element [data-rotating-<name>]
   */
  part(name) {
    return this.root.querySelector(`[data-rotating-${name}]`);
  }

  /** Start the ring from full. */
  run() {
    const ring = this.root.querySelector(".run");
    this.root.classList.remove("qr--running", "qr--stale");
    ring.getBoundingClientRect(); // lets the browser see the class gone, else the animation would not begin again
    ring.style.animationDuration = `${this.refreshMs / 1000}s`;
    this.root.classList.add("qr--running");
  }

  /** Write the count; fetch when it is up and somebody looks. */
  tick() {
    if (document.hidden) return;
    const left = Math.ceil((this.nextAt - performance.now()) / 1000);
    this.part("seconds").textContent = String(Math.max(0, left));
    if (left <= 0) this.load();
  }

  /** Fetch the next code; on failure say so and try again soon. */
  async load() {
    if (this.loading || document.hidden) return;
    this.loading = true;
    try {
      const answer = await fetch(this.root.dataset.rotating, { headers: { Accept: "text/html, image/svg+xml" }, cache: "no-store" });
      if (answer.redirected) return void location.reload(); // signed out
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.show(await answer.text());
    } catch {
      this.stale();
    } finally {
      this.loading = false;
    }
  }

  /** @param {string} markup */
  show(markup) {
    const svg = new DOMParser().parseFromString(markup, "text/html").querySelector("svg");
    if (!svg) throw new Error("no code in the answer");
    this.part("code").replaceChildren(document.importNode(svg, true));
    this.part("offline").hidden = true;
    this.part("count").hidden = false;
    this.nextAt = performance.now() + this.refreshMs;
    this.run();
    this.tick();
  }

  /** Keep the last code, say that it only collects, try again in a moment. */
  stale() {
    this.root.classList.remove("qr--running");
    this.root.classList.add("qr--stale");
    this.part("offline").hidden = false;
    this.part("count").hidden = true;
    this.nextAt = performance.now() + RETRY_MS;
  }
}

document.querySelectorAll("[data-rotating]").forEach((root) => new RotatingCode(root));
