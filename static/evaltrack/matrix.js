// The matrix page. Each cell saves by itself; what cannot be saved is kept in this browser and offered again.
// Without this file the same forms are sent whole.
"use strict";

(() => {
  const page = document.getElementById("matrix");
  const words = page.dataset;
  const store = {
    name: (cell) => `evaltrack.${words.store}.${cell}`,
    /** @returns {[string, {text: string, seen: string, at: number}][]} what is kept for this matrix, by cell */
    all() {
      const prefix = store.name("");
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix))
        .map((key) => [key.slice(prefix.length), JSON.parse(localStorage.getItem(key))]);
    },
    get: (cell) => JSON.parse(localStorage.getItem(store.name(cell)) ?? "null"),
    put(cell, text, seen) {
      localStorage.setItem(store.name(cell), JSON.stringify({ text, seen, at: Date.now() }));
    },
    drop: (cell) => localStorage.removeItem(store.name(cell)),
  };

  const cellOf = (node) => node.closest?.(".cell.editable");
  const inputOf = (cell) => cell.querySelector("textarea, select");
  const seenOf = (cell) => cell.querySelector("input[type=hidden]");
  const tidy = (text) => text.replaceAll("\r\n", "\n").trim();
  /** What the server is known to hold, as long as the page is open. */
  const stored = new WeakMap();
  const storedText = (input) => stored.get(input) ?? (input.matches("select") ? initialChoice(input) : input.defaultValue);
  const initialChoice = (select) => select.querySelector("option[selected]")?.value ?? "";
  const isDirty = (input) => tidy(input.value) !== tidy(storedText(input));

  function say(cell, className, text) {
    const state = cell.querySelector(".state");
    state.replaceChildren();
    if (!text) return;
    state.append(Object.assign(document.createElement("p"), { className, textContent: text }));
    if (className === "saved") setTimeout(() => state.querySelector(".saved")?.remove(), 4000);
  }

  function button(text, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: text });
    made.addEventListener("click", act);
    return made;
  }

  function grow(input) {
    if (CSS.supports("field-sizing", "content") || !input.matches("textarea")) return;
    input.style.blockSize = "auto";
    input.style.blockSize = `${input.scrollHeight + 2}px`;
  }

  // Saving ------------------------------------------------------------------------------------------------

  const underWay = new Map(); // cell id -> promise: a cell is saved again only after its last save came back

  async function save(cell, options = {}) {
    const input = inputOf(cell);
    if (!isDirty(input)) {
      store.drop(input.name);
      return;
    }
    await underWay.get(cell.id);
    const run = send(cell, input, options);
    underWay.set(cell.id, run);
    await run;
    if (underWay.get(cell.id) === run) underWay.delete(cell.id);
  }

  async function send(cell, input, options) {
    const text = input.value;
    const body = new URLSearchParams({ [input.name]: text, [seenOf(cell).name]: seenOf(cell).value });
    say(cell, "quiet", words.saving);
    let response;
    try {
      response = await evaltrack.send(words.save, { body, ...options });
    } catch {
      say(cell, "kept", words.kept);
      retryLater();
      return;
    }
    if (response.status === 401) return say(cell, "kept", words.signedOut);
    if (!response.ok) return say(cell, "kept", words.kept);
    const reply = await response.json();
    for (const [name, answer] of Object.entries(reply.cells)) show(name, answer, name === input.name ? text : null);
    for (const [id, html] of Object.entries(reply.html)) {
      const target = document.getElementById(id);
      if (target) target.innerHTML = html;
    }
  }

  /** Put what the server answered into a cell; `sent` is the text it answers to. */
  function show(name, answer, sent) {
    const cell = document.getElementById(name.replaceAll(".", "-"));
    if (!cell?.matches(".editable")) return;
    const input = inputOf(cell);
    if (answer.hint !== undefined) cell.querySelector(".hint").textContent = answer.hint;
    if (answer.state === "conflict") return meet(cell, answer);
    if (answer.state === "error") {
      cell.classList.add("wrong");
      return say(cell, "error", answer.message);
    }
    if (sent === null) return;
    cell.classList.remove("wrong");
    seenOf(cell).value = answer.seen;
    const typedOn = input.value !== sent;
    stored.set(input, answer.text);
    if (!typedOn) {
      store.drop(name);
      if (tidy(input.value) !== tidy(answer.text)) input.value = answer.text;
    }
    const shown = cell.querySelector(".shown");
    if (shown) {
      const formatted = /\[\^|\]\(|:\/\/|\*\S|^\s*[-•]\s/m.test(answer.text);
      shown.innerHTML = formatted ? answer.html : "";
      cell.classList.toggle("formatted", formatted);
    }
    say(cell, "saved", `✓ ${words.saved}`);
  }

  /** Two people in one cell: both texts, and the second one chooses. */
  function meet(cell, answer) {
    const input = inputOf(cell);
    cell.classList.add("wrong");
    say(cell, "error", answer.who);
    const state = cell.querySelector(".state");
    const theirs = document.createElement("blockquote");
    theirs.dir = "auto";
    theirs.append(
      Object.assign(document.createElement("strong"), { textContent: `${words.theirs}: ` }),
      cell.matches(".choice") ? input.querySelector(`option[value="${CSS.escape(answer.theirs)}"]`)?.textContent ?? "" : answer.theirs,
    );
    const buttons = Object.assign(document.createElement("div"), { className: "buttons" });
    buttons.append(
      button(words.keep, () => {
        seenOf(cell).value = answer.seen;
        stored.set(input, answer.theirs);
        if (isDirty(input)) save(cell);
        else settle(cell, input);
      }),
      button(words.take, () => {
        seenOf(cell).value = answer.seen;
        stored.set(input, answer.theirs);
        input.value = answer.theirs;
        settle(cell, input);
      }),
    );
    state.append(theirs, buttons);
  }

  function settle(cell, input) {
    store.drop(input.name);
    cell.classList.remove("wrong");
    grow(input);
    say(cell, "saved", `✓ ${words.saved}`);
  }

  let retry = 0;
  function retryLater() {
    clearTimeout(retry);
    retry = setTimeout(saveAll, 15000);
  }
  function saveAll() {
    for (const cell of document.querySelectorAll(".cell.editable:not(.wrong)")) {
      if (isDirty(inputOf(cell)) && !cell.contains(document.activeElement)) save(cell);
    }
  }
  window.addEventListener("online", saveAll);
  window.addEventListener("focus", saveAll);
  window.addEventListener("pagehide", () => {
    for (const cell of document.querySelectorAll(".cell.editable:not(.wrong)")) {
      if (isDirty(inputOf(cell))) save(cell, { keepalive: true });
    }
  });

  // Typing ------------------------------------------------------------------------------------------------

  page.addEventListener("input", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return grow(event.target);
    const input = event.target;
    grow(input);
    if (isDirty(input)) store.put(input.name, input.value, seenOf(cell).value);
    else store.drop(input.name);
    if (input.matches("select")) save(cell);
    if (input.matches("[aria-autocomplete]")) propose(input);
  });

  page.addEventListener("focusout", (event) => {
    const cell = cellOf(event.target);
    if (cell && event.target.matches("textarea")) {
      closeProposals();
      if (!cell.contains(event.relatedTarget)) save(cell);
    }
  });

  page.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("textarea, select")) return;
    if (input.matches("[aria-autocomplete]") && steer(event, input)) return;
    const cell = cellOf(input);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (cell) save(cell);
      else input.form.requestSubmit();
    } else if (event.key === "Enter" && input.name === "new_action") {
      event.preventDefault();
      addRow(input);
    } else if (event.key === "Escape" && cell && isDirty(input)) {
      input.value = storedText(input);
      store.drop(input.name);
      grow(input);
      say(cell, "", "");
      cell.classList.remove("wrong");
    }
  });

  page.addEventListener("change", (event) => {
    if (event.target.matches("[name=new_action], [name=new_note]")) addRow(event.target);
  });

  /** Once for what was typed: Enter is followed by a change when the field loses the focus. */
  function addRow(input) {
    if (!input.value.trim() || input.dataset.sent === input.value) return;
    input.dataset.sent = input.value;
    input.form.requestSubmit();
  }

  // A formatted text is edited where it is clicked; its links stay links.
  page.addEventListener("click", (event) => {
    const shown = event.target.closest(".cell.formatted.editable .shown");
    if (shown && !event.target.closest("a")) inputOf(shown.parentElement).focus();
  });

  // Text that was kept ------------------------------------------------------------------------------------

  function offerKept(root) {
    const elsewhere = new Map();
    for (const [name, kept] of store.all()) {
      const cell = document.getElementById(name.replaceAll(".", "-"));
      if (!cell?.matches(".editable")) elsewhere.set(name, kept);
      else if (root.contains(cell)) offer(cell, kept);
    }
    const notice = document.getElementById("kept");
    notice.hidden = !elsewhere.size;
    notice.replaceChildren(words.elsewhere);
    for (const [name, kept] of elsewhere) {
      const line = Object.assign(document.createElement("blockquote"), { textContent: kept.text, dir: "auto" });
      line.append(" ", button(words.discard, () => { store.drop(name); offerKept(root); }));
      notice.append(line);
    }
  }

  function offer(cell, kept) {
    const input = inputOf(cell);
    if (tidy(kept.text) === tidy(storedText(input))) return store.drop(input.name);
    if (input === document.activeElement) return;
    input.value = kept.text;
    seenOf(cell).value = kept.seen;
    grow(input);
    const time = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    say(cell, "kept", words.draft.replace("%s", time));
    const buttons = Object.assign(document.createElement("div"), { className: "buttons" });
    buttons.append(
      button(words.saveIt, () => save(cell)),
      button(words.discard, () => {
        store.drop(input.name);
        location.reload();
      }),
    );
    cell.querySelector(".state").append(buttons);
    cell.classList.add("wrong");
  }

  // Proposals for responsible cells ------------------------------------------------------------------------

  const list = Object.assign(document.createElement("ul"), { id: "proposals", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "…");
  page.append(list);
  let asking = 0;

  /** The part of the text that is being typed: after the last separator before the cursor. */
  function typed(input) {
    const before = input.value.slice(0, input.selectionStart);
    return before.slice(Math.max(before.lastIndexOf(";"), before.lastIndexOf("\n"), before.lastIndexOf(",")) + 1).trimStart();
  }

  function propose(input) {
    clearTimeout(asking);
    const query = typed(input);
    if (query.trim().length < 2) return closeProposals();
    asking = setTimeout(async () => {
      const response = await evaltrack.send(`${words.proposals}?q=${encodeURIComponent(query.trim())}`, { method: "GET" }).catch(() => null);
      if (!response?.ok || document.activeElement !== input) return;
      list.innerHTML = await response.text();
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

  // Order by dragging (the buttons do the same) -------------------------------------------------------------

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

  // What htmx brings in -------------------------------------------------------------------------------------

  document.addEventListener("htmx:configRequest", (event) => {
    // The order of recommendations comes back with those open that are open now.
    if (String(event.detail.parameters.do ?? "").startsWith("recommendation.") || event.detail.elt.id === "order") {
      const open = [...page.querySelectorAll("section.block:not(.closed)")].map((block) => block.dataset.block);
      event.detail.parameters.open = open.length ? open : ["0"];
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const root = event.detail.elt?.isConnected ? event.detail.elt : page;
    offerKept(root);
    root.querySelectorAll?.("textarea").forEach(grow);
    const wanted = root.querySelector?.("[data-focus]")?.dataset.focus;
    if (wanted) document.getElementById(wanted)?.querySelector("textarea")?.focus();
    if (event.detail.elt?.matches?.("#blocks")) document.getElementById("new-recommendation").value = "";
  });
  document.addEventListener("matrix-removed", (event) => {
    const { text, do: undo, recommendation } = event.detail;
    evaltrack.toast(text, () => {
      const whole = undo.startsWith("recommendation.");
      press({ do: undo, recommendation }, whole ? document.getElementById("blocks") : document.getElementById(`recommendation-${recommendation}`));
    });
  });

  offerKept(page);
  page.querySelectorAll("textarea").forEach(grow);
})();
