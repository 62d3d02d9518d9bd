// From a finding to its cell: at once where the cell stands on this page, else the link opens its recommendation.
"use strict";

(() => {
  const writes = "textarea, select";

  /** @returns {boolean} whether there is such a place on this page */
  function goTo(place) {
    if (!place) return false;
    const input = place.matches(writes) ? place : place.querySelector(writes);
    if (!input) place.tabIndex = -1;
    place.scrollIntoView({ block: "center" });
    (input ?? place).focus({ preventScroll: true });
    return true;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-finding]");
    if (link && goTo(document.getElementById(link.hash.slice(1)))) event.preventDefault();
  });

  // The link was followed to this page. What one may not write stands there without its input.
  // Not before it is loaded: going to the fragment, the browser takes the focus away again.
  window.addEventListener("load", () => {
    if (!location.hash) return;
    const named = document.getElementById(location.hash.slice(1));
    const opened = new URLSearchParams(location.search).get("open");
    if (named?.matches(".cell, tr[data-action], textarea")) goTo(named);
    else if (!named) goTo(document.getElementById(`recommendation-${opened}`));
  });
})();
