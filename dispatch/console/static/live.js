// The page follows the record: each event of the stream is a reason to fetch the live part again. Without the stream it
// asks every few seconds, and says so. A board that only looks live is worse than none.
(() => {
  "use strict";
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const sign = document.getElementById("connection");
  const words = sign.querySelector(".words");
  const POLL = 5000, SURELY = 30000, GATHER = 150;
  let live = false, since = null, waiting = null, alarms = count();

  function count() { return Number(part.querySelector("[data-alarms]")?.dataset.alarms || 0); }

  function at() { return new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false }); }

  function say(on) {
    if (on === live && since) return;
    live = on;
    since = at();
    sign.classList.toggle("off", !on);
    words.textContent = on ? "Live" : `Not live since ${since}: asking every ${POLL / 1000} s`;
  }

  function look() {
    clearTimeout(waiting);
    waiting = null;
    htmx.trigger(part, "look");
  }

  // A burst of a hundred events is one look, and the last event is never left unlooked at.
  function soon() { waiting ??= setTimeout(look, GATHER); }

  // A button that goes away with what it did takes the focus along: whoever works by keyboard stands at the next one.
  function stay() {
    if (part.contains(document.activeElement)) return;
    const next = part.querySelector("#alarms .alarms > li:not(.seen) button") || part.querySelector("h2");
    if (next.matches("h2")) next.tabIndex = -1;
    next.focus();
  }

  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.response.status >= 400) return;
    if (event.detail.ctx.request.method === "POST") stay();
    const inside = part.querySelector("[data-title]");
    if (!inside) return;
    if (stream.readyState === EventSource.OPEN) say(true);
    document.title = inside.dataset.title;
    const now = count();
    if (now > alarms) document.getElementById("news").textContent = `${now - alarms} new alarm. ${now} in all.`;
    alarms = now;
  });
  // The record itself could not be asked: what stands here may be old.
  document.addEventListener("htmx:error", () => say(false));
  document.addEventListener("htmx:response:error", () => say(false));

  const stream = new EventSource("/api/v1/events");
  stream.addEventListener("open", () => { say(true); soon(); });
  stream.addEventListener("error", () => {
    say(false);
    // A refused stream is not tried again by the browser; a sign-in that has ended is found out by the next look.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 30000);
  });
  for (const kind of ["case", "page", "queue", "responder", "alarm"]) stream.addEventListener(kind, soon);
  setInterval(() => { if (!live) look(); }, POLL);
  setInterval(look, SURELY);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
})();
