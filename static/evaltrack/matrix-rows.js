// The order of the matrix: dragging rows (the buttons do the same by keyboard), and taking a removal back.
"use strict";

(() => {
  const page = document.getElementById("matrix");
  const words = page.dataset;

  let dragged = null;
  const rowOf = (node) => node.closest?.("tr[data-action], section[data-block]");
  const siblings = (row) => [...row.parentElement.children].filter((one) => one.matches(row.matches("tr") ? "tr[data-action]" : "section[data-block]"));

  page.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.(".handle")) return;
    dragged = rowOf(event.target);
    dragged.classList.add("dragging");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "row");
    event.dataTransfer.setDragImage(dragged, 10, 10);
  });
  page.addEventListener("dragover", (event) => {
    const over = dragged && rowOf(event.target);
    const row = over && over.parentElement === dragged.parentElement ? over : null;
    clearMarks();
    if (!row || row === dragged) return;
    event.preventDefault();
    row.classList.add(isAfter(event, row) ? "drop-after" : "drop-before");
  });
  page.addEventListener("drop", (event) => {
    const row = dragged && rowOf(event.target);
    if (!row || row === dragged || row.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const others = siblings(dragged).filter((one) => one !== dragged);
    moveTo(dragged, others.indexOf(row) + (isAfter(event, row) ? 1 : 0));
  });
  page.addEventListener("dragend", () => {
    dragged?.classList.remove("dragging");
    clearMarks();
    dragged = null;
  });
  const isAfter = (event, row) => event.clientY > row.getBoundingClientRect().top + row.offsetHeight / 2;
  const clearMarks = () => page.querySelectorAll(".drop-before, .drop-after").forEach((row) => row.classList.remove("drop-before", "drop-after"));

  function moveTo(row, position) {
    const block = row.closest("section[data-block]");
    if (row.dataset.action) press({ do: `action.${row.dataset.action}.to`, position, recommendation: block.dataset.block }, block);
    else press({ do: `recommendation.${row.dataset.block}.to`, position }, document.getElementById("blocks"));
  }

  function press(values, target) {
    htmx.ajax("POST", words.save, { values, target, swap: "outerHTML" });
  }

  document.addEventListener("htmx:configRequest", (event) => {
    // The order of recommendations comes back with those open that are open now.
    if (String(event.detail.parameters.do ?? "").startsWith("recommendation.") || event.detail.elt.id === "order") {
      const open = [...page.querySelectorAll("section.block:not(.closed)")].map((block) => block.dataset.block);
      event.detail.parameters.open = open.length ? open : ["0"];
    }
  });
  document.addEventListener("matrix-removed", (event) => {
    const { text, do: undo, recommendation } = event.detail;
    evaltrack.toast(text, () => {
      const whole = undo.startsWith("recommendation.");
      press({ do: undo, recommendation }, whole ? document.getElementById("blocks") : document.getElementById(`recommendation-${recommendation}`));
    });
  });
})();
