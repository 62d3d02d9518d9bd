// My actions: each line saves by itself and the next one opens. What is typed is kept in this browser until the
// server has answered that it holds it; what could not be sent is sent in its order when the line is back. Without
// this file the same forms are sent whole.
"use strict";

(() => {
  const page = document.getElementById("page");
  const words = page.dataset;
  const byLink = words.home.includes("/link/");
  const prefix = `evaltrack.my-actions.${words.person}.`;
  const FIELDS = ["status", "comment", "reason_code", "url", "key", "seen", "changes"];
  const PATIENCE = 3000; // ms until one goes on to the next line though the answer is not there yet
  const TIMEOUT = 20000;

  // What is kept -------------------------------------------------------------------------------------------

  const memory = new Map(); // where the browser stores nothing
  const store = {
    read(name) {
      try {
        return localStorage.getItem(name);
      } catch {
        return memory.get(name) ?? null;
      }
    },
    get: (action) => JSON.parse(store.read(prefix + action) ?? "null"),
    put(action, draft) {
      const text = JSON.stringify(draft);
      try {
        localStorage.setItem(prefix + action, text);
      } catch {
        memory.set(prefix + action, text);
      }
    },
    drop(action) {
      memory.delete(prefix + action);
      try {
        localStorage.removeItem(prefix + action);
      } catch { /* then it was in the memory */ }
    },
    /** @returns {[string, object][]} every draft of this person, by action, those to be sent first in their order */
    all() {
      let names = [...memory.keys()];
      try {
        names = [...new Set([...names, ...Object.keys(localStorage)])];
      } catch { /* only the memory */ }
      return names.filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(prefix.length), JSON.parse(store.read(name) ?? "null")])
        .filter(([, draft]) => draft)
        .sort(([, one], [, other]) => (one.queued || Infinity) - (other.queued || Infinity));
    },
  };
  const queue = () => store.all().filter(([action, draft]) => draft.queued && (!byLink || lineOf(action)));

  // Lines --------------------------------------------------------------------------------------------------

  const lineOf = (action) => document.getElementById(`a${action}`);
  const formOf = (line) => line.querySelector("form");
  const waits = (line) => !line.matches(".told, .queued");
  const made = (name, properties) => Object.assign(document.createElement(name), properties);

  function draftOf(form) {
    const data = new FormData(form);
    return Object.fromEntries(FIELDS.map((name) => [name, data.get(name) ?? ""]));
  }

  function fill(form, draft) {
    for (const radio of form.querySelectorAll("[name=status]")) radio.checked = radio.value === draft.status;
    for (const name of ["comment", "reason_code", "url", "key", "seen"]) {
      const input = form.querySelector(`[name=${name}]`);
      if (input && draft[name] !== undefined) input.value = draft[name];
    }
  }

  function say(line, text) {
    line.querySelector(".state").textContent = text;
    const badge = line.querySelector(".waits");
    if (!badge) return;
    badge.textContent = text;
    badge.hidden = !text;
  }

  function mark(line, queued) {
    line.classList.toggle("queued", queued);
    say(line, queued ? words.waits : "");
  }

  /** Put what the server made of a line in its place. */
  function replace(action, html) {
    const template = made("template", { innerHTML: html });
    const line = template.content.querySelector("li.line");
    if (!line) return null;
    const old = lineOf(action);
    if (old) old.replaceWith(line);
    else if (!line.matches(".told")) document.getElementById("open")?.prepend(line);
    const bar = document.getElementById("bar");
    if (bar) {
      document.getElementById("told-count").textContent = line.dataset.told;
      document.getElementById("count").textContent = line.dataset.count;
      Object.assign(bar, { value: line.dataset.told, max: line.dataset.count });
    }
    return line;
  }

  function open(line) {
    line.querySelector("details").open = true;
    const form = formOf(line);
    const first = form.querySelector("[name=status]:checked") ?? form.querySelector("[name=status], textarea");
    first.focus({ preventScroll: true });
    line.scrollIntoView({ block: "nearest" });
  }

  async function goOn(after) {
    const lines = [...document.querySelectorAll("#open > .line")];
    const place = lines.indexOf(after);
    const next = [...lines.slice(place + 1), ...lines.slice(0, Math.max(place, 0))].find(waits);
    if (next) return open(next);
    if (await more()) return goOn(null);
    if (lines.some((line) => line.matches(".queued"))) return document.getElementById("notices").focus();
    notice("all", "success", words.all).focus();
  }

  /** Fetch the next lines; false where there are none, or the line is cut. */
  async function more() {
    const link = document.getElementById("more");
    if (!link) return false;
    const from = document.querySelectorAll("#open > .line:not(.told)").length;
    let response;
    try {
      response = await fetch(`${words.home}?from=${from}`, { headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(TIMEOUT) });
    } catch {
      return false;
    }
    if (!response.ok) return false;
    const template = made("template", { innerHTML: await response.text() });
    const fresh = [...template.content.querySelectorAll("li.line")].filter((line) => !lineOf(line.dataset.action));
    document.getElementById("open").append(...fresh);
    words.more = Math.max(0, words.more - fresh.length);
    if (!fresh.length || words.more === "0") link.remove();
    fresh.forEach(restore);
    return fresh.some(waits);
  }

  // Notices ------------------------------------------------------------------------------------------------

  function notice(name, className, text) {
    document.getElementById(`notice-${name}`)?.remove();
    const shown = made("p", { id: `notice-${name}`, className: `notice ${className}`, textContent: text, tabIndex: -1 });
    document.getElementById("notices").append(shown);
    return shown;
  }

  const unsay = (name) => document.getElementById(`notice-${name}`)?.remove();

  /** The session, or the link, has ended: what was typed stays, and signing in goes on with it. */
  function ended(html) {
    const shown = notice("ended", "error", `${words.ended} `);
    const refused = made("template", { innerHTML: html }).content.querySelector(".refused");
    if (refused) shown.replaceChildren(...refused.childNodes);
    else shown.append(made("a", { href: words.signInUrl, textContent: words.signIn }));
  }

  // Sending ------------------------------------------------------------------------------------------------

  let sending = null; // the action under way
  let again = 0;
  let pause = 5000;

  function later() {
    clearTimeout(again);
    again = setTimeout(send, pause);
    pause = Math.min(pause * 2, 60000);
  }

  async function post(action, draft) {
    const body = new URLSearchParams(FIELDS.filter((name) => draft[name]).map((name) => [name, draft[name]]));
    body.set("seen", draft.seen || "0");
    const headers = { "X-Requested-With": "fetch", "X-CSRFToken": document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "" };
    const address = `${words.home}${byLink ? "actions/" : ""}${action}/`;
    const response = await fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(TIMEOUT) });
    return [response.status, await response.text()];
  }

  /** Send what waits, one after another; stops at the first that cannot be sent now. */
  async function send() {
    if (sending) return;
    clearTimeout(again);
    for (let item = queue()[0]; item; item = queue()[0]) {
      const [action, draft] = item;
      sending = action;
      const line = lineOf(action);
      if (line) say(line, words.sending);
      let status = 0;
      let html = "";
      try {
        [status, html] = await post(action, draft);
      } catch { /* the line is cut */ }
      sending = null;
      if (!take(action, draft, status, html)) return;
    }
  }

  /** Act on the answer; false where the rest has to wait as well. */
  function take(action, draft, status, html) {
    const line = lineOf(action);
    if (status === 200) {
      unsay("offline");
      unsay("ended");
      pause = 5000;
      store.drop(action);
      replace(action, html);
      return true;
    }
    if ([401, 403, 410].includes(status)) {
      if (line) mark(line, true);
      ended(html);
      return false;
    }
    if ([404, 409, 422].includes(status)) {
      store.put(action, { ...draft, queued: 0 });
      if (status === 404) {
        if (line) mark(line, false);
        notice("lost", "error", `${words.lost} “${draft.comment}”`);
        return true;
      }
      const fresh = replace(action, html);
      if (fresh) {
        store.put(action, { ...draftOf(formOf(fresh)), queued: 0, at: Date.now() });
        fresh.querySelector("details").open = true;
        fresh.querySelector(".error")?.focus();
      }
      return true;
    }
    if (line) mark(line, true);
    notice("offline", "warning", words.offline);
    later();
    return false;
  }

  // What people do -----------------------------------------------------------------------------------------

  /** What was kept of a line comes back: into its form, or on its way. */
  function restore(line) {
    const draft = store.get(line.dataset.action);
    if (!draft) return;
    const form = formOf(line);
    if (!draft.queued && !line.matches(".told") && draft.status === draftOf(form).status && draft.comment === draftOf(form).comment) {
      return store.drop(line.dataset.action);
    }
    fill(form, draft.queued ? draft : { ...draft, seen: undefined });
    mark(line, Boolean(draft.queued));
    if (!draft.queued) say(line, words.kept);
  }

  page.addEventListener("input", (event) => {
    const line = event.target.closest(".line");
    if (!line) return;
    store.put(line.dataset.action, { ...draftOf(formOf(line)), queued: 0, at: Date.now() });
    mark(line, false);
  });

  page.addEventListener("submit", async (event) => {
    const line = event.target.closest(".line");
    if (!line) return;
    const action = line.dataset.action;
    const file = event.target.querySelector("[type=file]");
    if (file?.value && navigator.onLine) return store.drop(action); // no draft can hold a file: the form goes whole
    event.preventDefault();
    if (sending === action) return;
    if (file?.value) return say(line, words.offline);
    store.put(action, { ...draftOf(event.target), queued: Date.now(), at: Date.now() });
    mark(line, true);
    const refused = () => lineOf(action)?.querySelector(".notice.error");
    await Promise.race([send(), new Promise((done) => setTimeout(done, PATIENCE))]);
    const now = lineOf(action);
    if (refused() || document.getElementById("notice-ended")) return;
    if (now) now.querySelector("details").open = false;
    await goOn(now);
  });

  // Whoever opens a line that waits to be sent changes it: it is sent when it is saved again.
  page.addEventListener("toggle", (event) => {
    const line = event.target.closest(".line.queued");
    if (!line || !event.target.open || sending === line.dataset.action) return;
    const draft = store.get(line.dataset.action);
    if (draft) store.put(line.dataset.action, { ...draft, queued: 0 });
    mark(line, false);
    say(line, words.kept);
  }, true);

  page.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });

  document.getElementById("more")?.addEventListener("click", async (event) => {
    event.preventDefault();
    const last = document.querySelector("#open > .line:last-child");
    if (await more()) last.nextElementSibling?.querySelector("summary").focus();
  });

  addEventListener("online", send);
  addEventListener("offline", () => notice("offline", "warning", words.offline));
  document.addEventListener("visibilitychange", () => document.hidden || send());
  document.getElementById("notices").tabIndex = -1;
  document.querySelectorAll(".line").forEach(restore);
  send();
})();
