// The overview of follow-up by keyboard, and choosing many: j and k, x, shift-click, Enter, /, ?.
"use strict";

const rows = [...document.querySelectorAll("[data-row]")];
const picks = rows.map((row) => row.querySelector("input[name=action]"));
const keys = document.getElementById("keys");
const picked = document.getElementById("picked");
const page = document.getElementById("pick-page");
const whole = document.getElementById("pick-whole");
let here = -1; // the row the keys are at
let last = -1; // the row last chosen, where shift begins

const tell = () => {
  if (!picked) return;
  const count = picks.filter((pick) => pick.checked).length;
  const all = Boolean(whole?.checked);
  picked.textContent = all ? picked.dataset.whole : count ? picked.dataset.some.replace("%(count)s", count) : picked.dataset.none;
  page.checked = count > 0 && count === picks.length;
  page.indeterminate = count > 0 && count < picks.length;
  for (const pick of [...picks, page]) pick.disabled = all;
};

const go = (to) => {
  if (!rows.length) return;
  rows[here]?.classList.remove("here");
  here = Math.max(0, Math.min(rows.length - 1, to));
  rows[here].classList.add("here");
  rows[here].querySelector("a").focus({ preventScroll: true });
  rows[here].scrollIntoView({ block: "nearest" });
};

const pick = (at, state, shift) => {
  const from = shift && last >= 0 ? last : at;
  for (let i = Math.min(from, at); i <= Math.max(from, at); i += 1) picks[i].checked = state;
  last = at;
  tell();
};

const commands = {
  j: () => go(here + 1),
  ArrowDown: () => go(here + 1),
  k: () => go(here - 1),
  ArrowUp: () => go(here - 1),
  x: () => here >= 0 && picks[here] && !picks[here].disabled && pick(here, !picks[here].checked, false),
  "/": () => document.getElementById("id_q").focus(),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, details.menu");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const command = commands[event.key];
  if (!command) return;
  event.preventDefault();
  command();
});

// Tab and the mouse move the place too; Enter on the link that has the focus opens it.
document.addEventListener("focusin", (event) => {
  const at = rows.indexOf(event.target.closest("[data-row]"));
  if (at < 0 || at === here) return;
  rows[here]?.classList.remove("here");
  here = at;
  rows[here].classList.add("here");
});

picks.forEach((one, at) => one?.addEventListener("click", (event) => pick(at, one.checked, event.shiftKey)));

if (page) {
  page.hidden = false;
  page.addEventListener("change", () => {
    for (const one of picks) one.checked = page.checked;
    tell();
  });
  whole?.addEventListener("change", tell);
  window.addEventListener("pageshow", tell); // coming back, the browser has ticked what was ticked
  tell();
}

const open = document.getElementById("keys-open");
open.hidden = false;
open.addEventListener("click", () => keys.showModal());
