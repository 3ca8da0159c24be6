// The phones and the strip follow the world, once a second, and at once after something was done. A phone in the hand
// is said again with every question: a page that is closed lets go of it by itself. A key that is pressed takes a phone
// for some seconds only; whoever wants to keep it ticks it.
(() => {
  "use strict";
  const EVERY = 1000;
  const root = document.querySelector("[data-csrf]");
  const strip = document.querySelector("[data-strip]");
  const phones = new Map([...document.querySelectorAll("[data-phone]")].map((one) => [one.dataset.phone, one]));
  const alone = document.querySelector("[data-alone]") !== null;
  const drawn = new Map();
  let timer = null;

  function held() {
    if (alone) return [...phones.keys()];
    return [...phones].filter(([, phone]) => phone.querySelector("[data-hold]").checked).map(([id]) => id);
  }

  async function ask(method, path, body) {
    const options = { method, keepalive: method === "POST", headers: { "X-CSRF-Token": root.dataset.csrf } };
    if (body) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    const answer = await fetch(path, options);
    if (answer.status === 401) location.assign("/");
    return answer.ok ? answer.json() : null;
  }

  async function look() {
    clearTimeout(timer);
    try {
      const query = new URLSearchParams(held().map((id) => ["held", id]));
      const now = await ask("GET", `/demo/now?${query}`);
      if (now) show(now);
    } catch {
      // The service is starting again; the next question finds it.
    }
    clearTimeout(timer);
    timer = setTimeout(look, EVERY);
  }

  function words(selector, text) {
    const place = strip.querySelector(selector);
    if (place.textContent !== text) place.textContent = text;
  }

  function show(now) {
    if (strip) showStrip(now);
    for (const one of now.phones) if (phones.has(one.id)) showPhone(phones.get(one.id), one);
  }

  function showStrip(now) {
    const scene = now.strip;
    const left = scene.left ? `, about ${scene.left} s` : "";
    words("[data-scene]", scene.number ? `${scene.number} of ${scene.of}${left}` : "");
    words("[data-title-of-strip]", scene.title);
    words("[data-words-of-strip]", scene.words);
    words("[data-do]", scene.do);
    const list = strip.querySelector("[data-last]");
    const last = scene.last.join("\n");
    if (list.dataset.shown !== last) {
      list.dataset.shown = last;
      list.replaceChildren(...scene.last.map((text) => make("li", text)));
    }
    const redis = strip.querySelector("[data-redis]");
    redis.disabled = now.outage > 0;
    const state = now.outage > 0 ? `Redis is down, ${now.outage} s` : "Kill Redis";
    if (redis.textContent !== state) redis.textContent = state;
    words("[data-outage]", now.outage > 0 ? "Gone: who waits, what is due, jobs. The record has all of it: contacts are logged and pages go out." : "");
    strip.querySelector("[data-skip]").hidden = !scene.number;
    const next = now.next_arrival === null ? "" : ` Next contact in ${now.next_arrival} s.`;
    words("[data-figures]", `${many(now.open_cases, "case")} open, ${many(now.alarms, "alarm")} ringing.${next}`);
  }

  function many(count, what) { return `${count} ${what}${count === 1 ? "" : "s"}`; }

  function make(kind, text, classes) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (classes) made.className = classes;
    return made;
  }

  function showPhone(phone, now) {
    phone.classList.toggle("waits", now.waits || Boolean(now.call));
    phone.classList.toggle("held", now.held > 0);
    phone.classList.toggle("dark", now.line !== "on");
    const newest = now.texts.length ? now.texts[now.texts.length - 1].seq : 0;
    if (drawn.get(now.id) !== newest) {
      drawn.set(now.id, newest);
      const screen = phone.querySelector(".screen");
      const bubbles = now.texts.map((text) => make("p", text.words, bubble(text)));
      screen.replaceChildren(...(bubbles.length ? bubbles : [make("p", "No texts yet.", "none")]));
      screen.scrollTop = screen.scrollHeight;
    }
    const call = phone.querySelector(".call");
    call.hidden = !now.call;
    if (now.call) {
      call.querySelector(".said").textContent = now.call.ringing ? "The phone is ringing." : now.call.said[0] || "In a call.";
      call.querySelector("button").hidden = !now.call.ringing;
    }
    phone.dataset.inCall = now.call && !now.call.ringing ? "yes" : "";
    const line = phone.querySelector("[data-line]");
    if (document.activeElement !== line) line.value = now.line;
    const state = phone.querySelector(".state");
    const said = says(now, alone || phone.querySelector("[data-hold]").checked);
    if (state.textContent !== said) state.textContent = said;
  }

  function bubble(text) {
    if (text.mine) return "bubble mine";
    return /\bPAGE\b/.test(text.words) ? "bubble page" : "bubble";
  }

  function says(now, kept) {
    if (now.stopped) return "Opted out by STOP: the carrier refuses texts to it. Send START to come back.";
    if (now.line === "off") return "Switched off: texts come back as undelivered.";
    if (now.line === "no_coverage") return "No coverage: no proof that a text arrived.";
    if (!now.held) return "Answered by habit.";
    return kept ? "In your hand: it waits for you." : `In your hand for ${now.held} s more. Tick it to keep it.`;
  }

  function act(phone, what, text = "") {
    ask("POST", `/demo/phones/${phone.dataset.phone}/${what}`, { words: text }).then(look, look);
  }

  for (const phone of phones.values()) {
    phone.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.act) act(phone, button.dataset.act);
      else if (button.dataset.key) act(phone, phone.dataset.inCall ? "press" : "key", button.dataset.key);
      else if (button.dataset.words) act(phone, "text", button.dataset.words);
    });
    phone.querySelector(".write").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = event.target.elements.words;
      if (field.value.trim()) act(phone, "text", field.value);
      field.value = "";
    });
    phone.querySelector("[data-line]").addEventListener("change", (event) => act(phone, event.target.value));
    const hold = phone.querySelector("[data-hold]");
    if (hold) {
      hold.addEventListener("change", () => {
        if (hold.checked) look();
        else ask("POST", `/demo/phones/${phone.dataset.phone}/let_go`).then(look, look);
      });
    }
  }
  if (strip) {
    // Before the browser leaves for the case: what this visitor is about to do is left to them.
    document.querySelector("[data-live]").addEventListener("click", (event) => {
      if (event.target.closest("a, button")) ask("POST", "/demo/work").catch(() => null);
    });
    strip.querySelector("[data-redis]").addEventListener("click", () => ask("POST", "/demo/redis").then(look, look));
    strip.querySelector("[data-skip]").addEventListener("click", () => ask("POST", "/demo/skip").then(look, look));
  }
  look();
})();
