// Times tick on the page between two looks at the record, so that "12 min" is never an hour old. They count on the
// server's clock: a workstation's own may be wrong, and in a rehearsal it always is.
(() => {
  "use strict";
  let ahead = 0;
  let seen = 0;

  function sync() {
    const newest = document.querySelectorAll("[data-now]");
    const latest = [...newest].map((one) => Date.parse(one.dataset.now)).reduce((a, b) => Math.max(a, b), 0);
    if (latest > seen) { seen = latest; ahead = latest - Date.now(); }
  }

  function two(n) { return String(n).padStart(2, "0"); }

  function span(milliseconds) {
    const seconds = Math.max(0, Math.floor(Math.abs(milliseconds) / 1000));
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return `${hours} h ${two(minutes % 60)} min`;
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  }

  function tick() {
    const now = Date.now() + ahead;
    for (const time of document.querySelectorAll("time[data-tick]")) {
      const left = Date.parse(time.dateTime) - now;
      const late = time.dataset.tick === "until" && left < 0;
      const words = time.dataset.tick === "since" ? span(left) : late ? `${span(left)} late` : `in ${span(left)}`;
      if (time.textContent !== words) time.textContent = words;
      time.classList.toggle("late", late);
    }
  }

  function look() { sync(); tick(); }
  document.addEventListener("htmx:after:swap", look);
  look();
  setInterval(tick, 1000);
})();
