// The contact form by keyboard: one key answers the marked question and goes on; skip logic hides what is not to be asked;
// a danger answered yes shows the 911 step at once, without waiting for the server.
(() => {
  "use strict";
  const form = document.getElementById("contact");
  if (!form) return;

  const shown = (question) => !question.hidden && question.getClientRects().length > 0;
  const questions = () => [...form.querySelectorAll(".q")].filter(shown);
  const radios = (question) => [...question.querySelectorAll("input[type=radio]")];

  function focus(question) {
    const inside = radios(question);
    (inside.find((one) => one.checked) || inside[0] || question.querySelector("input")).focus();
    const box = question.getBoundingClientRect();
    // On a narrow screen the live band lies across the top; a question under it would be answered blind.
    const beside = document.querySelector(".beside")?.getBoundingClientRect();
    const roof = beside && beside.left < box.right ? beside.bottom : 0;
    if (box.bottom > innerHeight - 140) question.scrollIntoView({ block: "center" });
    else if (box.top < roof + 8) scrollBy(0, box.top - roof - 60);
  }

  function move(from, by) {
    const all = questions();
    const next = all[all.indexOf(from) + by];
    if (next) { focus(next); return true; }
    return false;
  }

  function changed(element) { element.dispatchEvent(new Event("change", { bubbles: true })); }

  function answer(question, key) {
    const chosen = radios(question).find((one) => one.dataset.key === key);
    if (!chosen) return false;
    chosen.checked = true;
    changed(chosen);
    if (!move(question, 1)) chosen.focus();
    return true;
  }

  function clear(question) {
    const answered = radios(question).filter((one) => one.checked);
    for (const one of answered) one.checked = false;
    if (answered.length) changed(answered[0]);
    return answered.length > 0;
  }

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(document.getElementById("send"));
      return;
    }
    const question = event.target.closest?.(".q");
    if (!question) return;
    const typing = event.target.matches("input:not([type=radio]), textarea, select");
    let done = false;
    if (event.key === "ArrowDown") done = move(question, 1);
    else if (event.key === "ArrowUp") done = move(question, -1);
    else if (typing) return;
    else if (event.key === "Delete" || event.key === "Backspace") done = clear(question);
    else if (event.key.length === 1) done = answer(question, event.key.toLowerCase());
    // Up and down would otherwise change the answer itself, as arrows do among radio buttons.
    if (done || event.key === "ArrowDown" || event.key === "ArrowUp") event.preventDefault();
  });

  // Enter in a text field would send half a form; it is sent by its button, or by Ctrl+Enter.
  form.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=submit])")) event.preventDefault();
  });

  // --- skip logic: the same three-valued verdict as on the server ---

  const REFUSALS = ["refused", "unable"];

  function known(item) {
    if (item.hidden) return { hidden: true };
    const field = item.querySelector("input:checked") || item.querySelector("input:not([type=radio])");
    const value = field && field.value !== "" ? field.value : null;
    return { value, gap: value === null || REFUSALS.includes(value) || JSON.parse(item.dataset.gaps).includes(value) };
  }

  function all(truths) { return truths.includes(false) ? false : truths.includes(null) ? null : true; }
  function any(truths) { return truths.includes(true) ? true : truths.includes(null) ? null : false; }

  function holds(ask, items) {
    if (ask.is) {
      const it = known(items[ask.is.name]);
      if (it.hidden) return false;
      if (it.value !== null && ask.is.values.map(String).includes(it.value)) return true;
      return it.gap ? null : false;
    }
    if (ask.within) {
      const it = known(items[ask.within.name]);
      if (it.hidden) return false;
      if (it.gap || Number.isNaN(Number(it.value))) return null;
      const low = ask.within.at_least ?? -Infinity, high = ask.within.at_most ?? Infinity;
      return Number(it.value) >= low && Number(it.value) <= high;
    }
    if (ask.not) { const truth = holds(ask.not, items); return truth === null ? null : !truth; }
    const parts = (ask.all || ask.any).map((part) => holds(part, items));
    return ask.all ? all(parts) : any(parts);
  }

  function skip() {
    for (const protocol of form.querySelectorAll(".protocol")) {
      const items = {};
      for (const item of protocol.querySelectorAll("[data-item]")) {
        items[item.dataset.item] = item;
        if (!item.dataset.ask) continue;
        item.hidden = holds(JSON.parse(item.dataset.ask), items) === false;
        // What is hidden is not sent: an answer from before a change of mind must not be scored.
        for (const field of item.querySelectorAll("input")) field.disabled = item.hidden;
      }
    }
  }

  function stop() {
    const banner = document.getElementById("stop");
    if (!banner) return;
    const found = form.querySelector("input[data-stop][value=yes]:checked") !== null;
    const emergency = form.elements.namedItem("call_type")?.value === "emergency";
    banner.hidden = !(found || emergency);
  }

  let dirty = false;
  form.addEventListener("change", () => { dirty = true; skip(); stop(); });
  form.addEventListener("input", () => { dirty = true; });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    skip();
    say();
    // The form that was added stands above its button: on to its first question.
    const added = ctx.response.status < 400 && ctx.target?.id === "protocols" && ctx.target.querySelector(":scope > :last-child .q");
    if (added) focus(added);
  });

  // A screen reader hears what the answers come to when that changes, and not a list of reasons at every key.
  function say() {
    const comes = document.querySelector("#band [data-says]");
    const words = comes ? comes.textContent.replace(/[▮▯]/g, "").replace(/\s+/g, " ").trim() : "";
    const place = document.getElementById("band-says");
    if (place.textContent !== words) place.textContent = words;
  }

  form.addEventListener("click", (event) => {
    const section = event.target.dataset?.clear && document.getElementById(event.target.dataset.clear);
    if (!section) return;
    for (const one of section.querySelectorAll("input[type=radio]:checked")) one.checked = false;
    changed(section.querySelector("input"));
  });

  // One press, one contact. The server would notice a second one too; this spares the wait. And nothing leaves the page
  // before somebody answers: the browser's own "cannot be reached" would stand where the form was.
  const send = document.getElementById("send");
  let sent = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sent) return;
    sent = true;
    send.disabled = true;
    try {
      await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      form.submit();
    } catch {
      sent = false;
      send.disabled = false;
      said("The service does not answer.", "Nothing you entered is lost. Press again in a moment; if it goes on, telephone whoever is on call.");
    }
  });
  addEventListener("pageshow", () => { sent = false; send.disabled = false; skip(); stop(); });
  addEventListener("beforeunload", (event) => { if (dirty && !sent) event.preventDefault(); });

  skip();
  stop();
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
  else focus(questions()[0]);
})();
