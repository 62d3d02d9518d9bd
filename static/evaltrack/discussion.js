// Working together on a matrix: its discussions open in place, and the page tells and hears who is here.
// Without this file a discussion is a page of its own.
"use strict";

(() => {
  // A discussion opens below the head of its recommendation ------------------------------------------------

  const panelOf = (link) => link.closest("section.block").querySelector(".discussion");

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.discuss");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const panel = panelOf(link);
    panel.hidden = !panel.hidden;
    link.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden && !panel.childElementCount) htmx.ajax("GET", link.getAttribute("href"), { target: panel, swap: "innerHTML" });
  });

  /** The links as their panels are: a recommendation that was fetched anew keeps its discussion open. */
  function matchLinks() {
    for (const link of document.querySelectorAll("a.discuss")) {
      const panel = panelOf(link);
      link.setAttribute("aria-expanded", String(!panel.hidden));
      const count = panel.querySelector("template[data-count]");
      if (!count) continue;
      link.querySelector("[data-count]")?.remove();
      link.append(count.content.cloneNode(true));
    }
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    matchLinks();
    const panel = event.detail.target?.closest?.(".discussion");
    if (panel && !panel.contains(document.activeElement)) {
      const place = panel === event.detail.target ? panel.querySelector("h3") : event.detail.target.querySelector("textarea");
      place?.focus({ preventScroll: true });
    }
  });
  matchLinks();

  // The bar above the matrix follows what is saved ----------------------------------------------------------

  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful } = event.detail;
    if (successful && requestConfig.verb === "post" && requestConfig.path.endsWith("/matrix/save/")) {
      document.dispatchEvent(new CustomEvent("matrix-saved"));
    }
  });

  /** What a person reads or fills in just now stays as it is. */
  const inUse = (panel) => panel.contains(document.activeElement) || panel.querySelector("details.move[open]");
  let later = 0;
  document.addEventListener("matrix-saved", () => {
    clearTimeout(later);
    later = setTimeout(() => {
      for (const panel of document.querySelectorAll("#way[data-again], #checks[data-again]")) {
        const open = panel.id === "checks" && panel.querySelector("details[open]") ? "?open" : "";
        if (!inUse(panel)) htmx.ajax("GET", panel.dataset.again + open, { target: panel, swap: "outerHTML" });
      }
    }, 3000);
  });

  // Who is here ---------------------------------------------------------------------------------------------

  const present = document.getElementById("present");
  if (!present) return;
  const EVERY = 45000;
  let last = 0;

  async function look() {
    if (document.hidden || Date.now() - last < EVERY / 3) return;
    last = Date.now();
    const body = new URLSearchParams({ moment: present.dataset.moment });
    const answer = await evaltrack.send(present.dataset.here, { body }).catch(() => null);
    if (!answer?.ok) return;
    const told = (await answer.text()).trim();
    // What is told again is not read out again.
    if (told !== present.dataset.told) present.innerHTML = present.dataset.told = told;
  }

  look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
})();
