// In each page that `site-builder serve` serves, and in none that is published: loads the page anew when it has changed,
// and shows what is wrong. Text is only ever set as text. The style is a sheet of its own, which every policy allows.
"use strict";
(() => {
  const shown = document.currentScript.dataset.page;
  const events = new EventSource("/_serve/events?page=" + encodeURIComponent(location.pathname));
  const host = document.createElement("div");
  host.id = "site-builder-problems";
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    details { position: fixed; inset: auto 0 0 0; z-index: 2147483647; max-height: 75vh; overflow: auto; margin: 0;
      padding: .75rem 1rem; border-top: .25rem solid #b3261e; background: #fff; color: #1a1a1a;
      font: 1rem/1.5 system-ui, sans-serif; box-shadow: 0 0 2rem #0006; }
    details.notice { border-color: #8a6100; }
    summary { font-weight: bold; cursor: pointer; }
    code { font-size: .9rem; overflow-wrap: anywhere; }
    p { margin: 0 0 .75rem; max-width: 60rem; }
    ol { padding-left: 1.5rem; }`);
  root.adoptedStyleSheets = [style];
  const make = (name, text, ...children) => {
    const made = document.createElement(name);
    made.textContent = text;
    made.append(...children);
    return made;
  };
  const item = ({ where, what }) => make("li", "", make("code", where), make("p", what));
  events.addEventListener("message", ({ data }) => {
    const now = JSON.parse(data);
    if (now.page !== shown) {
      events.close();
      location.reload();
      return;
    }
    root.replaceChildren();
    host.remove();
    if (!now.problems.length) return;
    const wrong = now.problems.filter(({ error }) => error).length;
    const title = wrong
      ? `Not built: ${wrong} ${wrong === 1 ? "thing is" : "things are"} wrong. The page is as it was before.`
      : `${now.problems.length} to do before this can be published.`;
    const box = make("details", "", make("summary", title), make("ol", "", ...now.problems.map(item)));
    box.open = wrong > 0;
    box.className = wrong ? "error" : "notice";
    box.setAttribute("role", "status");
    root.append(box);
    document.body.append(host);
  });
  addEventListener("pagehide", () => events.close());
})();
