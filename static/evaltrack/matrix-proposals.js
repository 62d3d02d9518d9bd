// Responsible cells: people, roles and offices are proposed while one types; the text stays as typed.
// In a comment, those who may be mentioned are proposed after an @.
"use strict";

(() => {
  const page = document.querySelector("[data-proposals]");
  const list = Object.assign(document.createElement("ul"), { id: "proposals", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "…");
  page.append(list);
  let asking = 0;

  /** The part of the text that is being typed: after the last separator, or the @, before the cursor. */
  function typed(input) {
    const before = input.value.slice(0, input.selectionStart);
    if (input.dataset.mentions) return before.match(/(?:^|[^\p{L}\p{N}.])@([^\s@]*(?: [^\s@]+){0,2})$/u)?.[1] ?? "";
    return before.slice(Math.max(before.lastIndexOf(";"), before.lastIndexOf("\n"), before.lastIndexOf(",")) + 1).trimStart();
  }

  function propose(input) {
    clearTimeout(asking);
    input.removeAttribute("aria-activedescendant");
    const query = typed(input);
    if (query.trim().length < (input.dataset.mentions ? 1 : 2)) return closeProposals();
    asking = setTimeout(async () => {
      const response = await evaltrack.send(`${input.dataset.mentions ?? page.dataset.proposals}?q=${encodeURIComponent(query.trim())}`, { method: "GET" }).catch(() => null);
      if (!response?.ok || document.activeElement !== input) return;
      const found = await response.text();
      // A late answer neither takes the place of a newer one nor moves what is being chosen from.
      if (typed(input) !== query || input.hasAttribute("aria-activedescendant")) return;
      list.innerHTML = found;
      if (!list.children.length) return closeProposals();
      const [cell, frame] = [input.getBoundingClientRect(), page.getBoundingClientRect()];
      list.style.insetBlockStart = `${cell.bottom - frame.top}px`;
      list.style.insetInlineStart = `${Math.min(cell.left - frame.left, frame.width - 260)}px`;
      list.setAttribute("aria-label", input.getAttribute("aria-label"));
      list.hidden = false;
    }, 150);
  }

  function closeProposals() {
    clearTimeout(asking);
    list.hidden = true;
    page.querySelector("[aria-activedescendant]")?.removeAttribute("aria-activedescendant");
  }

  /** Arrow keys, Enter and Escape in an open list. @returns {boolean} whether the key was for the list */
  function steer(event, input) {
    if (list.hidden) return false;
    const options = [...list.children];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = (at + (event.key === "ArrowDown" ? 1 : options.length - (at < 0 ? 0 : 1))) % options.length;
      options.forEach((option, index) => option.setAttribute("aria-selected", String(index === next)));
      options[next].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[next].id);
      return true;
    }
    if (event.key === "Enter" && at >= 0 && !event.ctrlKey) {
      event.preventDefault();
      take(input, options[at]);
      return true;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      closeProposals();
      return true;
    }
    return false;
  }

  function take(input, option) {
    const end = input.selectionStart;
    input.setRangeText(option.dataset.text, end - typed(input).length, end, "end");
    closeProposals();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    closeProposals();
  }

  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(document.activeElement, option);
  });

  const isResponsible = (node) => node.matches?.("textarea[aria-autocomplete]");
  page.addEventListener("input", (event) => isResponsible(event.target) && propose(event.target));
  page.addEventListener("focusout", (event) => isResponsible(event.target) && closeProposals());
  // Before the cell hears of it: a key that is for the list is not for the cell.
  page.addEventListener("keydown", (event) => {
    if (isResponsible(event.target) && steer(event, event.target)) event.stopImmediatePropagation();
  }, true);
})();
