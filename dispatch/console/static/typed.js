// A note that is half written is not lost to a stray press: leaving the page is asked about first. The contact form has
// rules of its own.
(() => {
  "use strict";
  let typed = null;
  document.addEventListener("input", ({ target }) => {
    const form = target.closest("form[method=post]:not(#contact)");
    if (form && target.matches("textarea, input:not([type=password], [type=hidden])") && !form.querySelector("[type=password]")) typed = form;
  });
  document.addEventListener("submit", () => { typed = null; });
  addEventListener("beforeunload", (event) => { if (typed?.isConnected) event.preventDefault(); });
})();
