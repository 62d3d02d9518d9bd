// Small behaviour that every page shares. Pages work without it; it listens on the document, so that what htmx
// brings in later needs no setting up.
"use strict";

document.documentElement.classList.add("js");

const evaltrack = {
  /** The CSRF token as it is now: signing in again in another tab changes it. For `fetch`. */
  csrf() {
    return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  },

  /** `fetch` to our own pages: with the CSRF token, and known as a script's request (401 instead of a sign-in page). */
  async send(url, { method = "POST", headers = {}, ...rest } = {}) {
    const own = { "X-CSRFToken": this.csrf(), "X-Requested-With": "fetch" };
    const sent = performance.now();
    const response = await fetch(url, { method, headers: { ...own, ...headers }, ...rest });
    if (response.status === 401) this.signedOut();
    else this.answered(sent);
    return response;
  },

  /** A short message; `undo` is a function or an address that takes POST. */
  toast(text, undo) {
    const toasts = document.getElementById("toasts");
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(Object.assign(document.createElement("span"), { textContent: text }));
    if (undo) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: toasts.dataset.undo });
      button.addEventListener("click", () => {
        toast.remove();
        if (typeof undo === "function") undo();
        else htmx.ajax("POST", undo, { swap: "none" });
      });
      toast.append(button);
    }
    toasts.append(toast);
    setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), undo ? 12000 : 5000);
    toast.addEventListener("mouseleave", () => setTimeout(() => toast.remove(), 3000));
    return toast;
  },

  /** Show that the session has ended. */
  signedOut() {
    this.ended = performance.now();
    document.getElementById("signed-out").hidden = false;
  },

  /** A request was answered: if it was `sent` after the session had ended, then there is a session again. */
  answered(sent) {
    if (sent > (this.ended ?? 0)) document.getElementById("signed-out").hidden = true;
  },

  /** Ask in a dialog; resolves to true or false. */
  confirm(question) {
    const dialog = document.getElementById("confirm");
    document.getElementById("confirm-question").textContent = question;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  },
};

document.addEventListener("click", (event) => {
  const toggle = event.target.closest(".nav-toggle");
  if (toggle) {
    const open = document.getElementById("navigation").classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <form data-confirm="Question?"> and <button data-confirm>: ask before it is sent.
document.addEventListener("submit", async (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (!question || event.target.dataset.confirmed) return;
  event.preventDefault();
  event.stopPropagation();
  if (await evaltrack.confirm(question)) {
    event.target.dataset.confirmed = "yes";
    event.target.requestSubmit(event.submitter);
    delete event.target.dataset.confirmed;
  }
}, true);

// A filter's select or checkbox takes effect at once; the button stays for those without JavaScript.
document.addEventListener("change", (event) => {
  if (event.target.closest("form.filters:not([hx-get])") && event.target.matches("select, [type=checkbox]")) {
    event.target.form.requestSubmit();
  }
});

document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await evaltrack.confirm(event.detail.question)) event.detail.issueRequest(true);
});

document.addEventListener("htmx:configRequest", (event) => {
  const token = evaltrack.csrf();
  if (token) event.detail.headers["X-CSRFToken"] = token;
});

document.addEventListener("signed-out", () => evaltrack.signedOut());
document.addEventListener("htmx:beforeSend", (event) => (event.detail.xhr.sent = performance.now()));
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) evaltrack.answered(event.detail.xhr.sent);
});
document.addEventListener("toast", (event) => evaltrack.toast(event.detail.text, event.detail.undo));

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401 || event.target.id === "bell") return;
  const texts = document.getElementById("toasts").dataset;
  evaltrack.toast(status === 403 ? texts.forbidden : texts.failed);
});

document.addEventListener("htmx:sendError", (event) => {
  if (event.target.id === "bell") return; // nobody asked for it; what they do ask for tells them
  evaltrack.toast(document.getElementById("toasts").dataset.unreachable);
});

// The bell looks every two minutes whether there is something new, and when a tab is seen again after that time.
let lookedAt = Date.now();
const lookAgain = () => {
  const bell = document.getElementById("bell");
  if (!bell || document.hidden || Date.now() - lookedAt < 119_000) return;
  lookedAt = Date.now();
  htmx.trigger(bell, "look-again");
};
setInterval(lookAgain, 120_000);
document.addEventListener("visibilitychange", lookAgain);
