// A refusal of a part is said at the top of the page, and the part stays as it was: a board that one failed look wipes
// away, or a form that a lapsed sign-in carries off, costs whoever needs it most.
(() => {
  "use strict";
  const place = document.getElementById("said");

  function say(title, what) {
    const text = `${title} ${what}`.trim();
    // Said once: a screen reader is not told the same at every key.
    if (place.textContent === text) return;
    const strong = document.createElement("strong");
    strong.textContent = title;
    place.replaceChildren(strong, ` ${what}`);
  }

  // What is looked at again by itself says so in its own place.
  const looksAgain = (source) => source.matches("[data-live]");

  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (looksAgain(ctx.sourceElement)) {
      if (ctx.response.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
      return;
    }
    const told = new DOMParser().parseFromString(ctx.text, "text/html").querySelector("[data-refused]");
    if (told) say(told.querySelector("strong").textContent, told.querySelector("span").textContent);
    else say("That was not done.", "Try it again.");
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (ctx && !looksAgain(ctx.sourceElement)) say("The service does not answer.", "What you entered stays here. What else stands here may be old.");
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!looksAgain(ctx.sourceElement) && ctx.response.status < 400) place.replaceChildren();
  });
  window.said = say;
})();
