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
    if (response.status === 403 || response.status === 404) return say(cell, "kept", words.lost);
    if (!response.ok) {
      say(cell, "kept", words.kept);
      return retryLater();
    }
    const reply = await response.json();
    for (const [name, answer] of Object.entries(reply.cells)) show(name, answer, name === input.name ? text : null);
    for (const [id, html] of Object.entries(reply.html)) {
      const target = document.getElementById(id);
      if (target) target.innerHTML = html;
    }
    document.dispatchEvent(new CustomEvent("matrix-saved"));
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
      Object.assign(document.createElement("strong"), { textContent: `${words.theirs} ` }),
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
  });

  page.addEventListener("focusout", (event) => {
    const cell = cellOf(event.target);
    if (cell && event.target.matches("textarea")) {
      if (!cell.contains(event.relatedTarget)) save(cell);
    }
  });

  page.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("textarea, select")) return;
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

  // What htmx brings in -------------------------------------------------------------------------------------

  document.addEventListener("htmx:afterSettle", (event) => {
    const root = event.detail.elt?.isConnected ? event.detail.elt : page;
    offerKept(root);
    root.querySelectorAll?.("textarea").forEach(grow);
    const wanted = root.querySelector?.("[data-focus]")?.dataset.focus;
    if (wanted) document.getElementById(wanted)?.querySelector("textarea")?.focus();
    if (event.detail.elt?.matches?.("#blocks")) document.getElementById("new-recommendation").value = "";
  });
  offerKept(page);
  page.querySelectorAll("textarea").forEach(grow);
})();
