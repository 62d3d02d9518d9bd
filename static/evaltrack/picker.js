// Long lists of checkboxes: a search box above them, and the chosen ones named while the list is closed.
"use strict";

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

for (const picker of document.querySelectorAll(".picker")) {
  const search = picker.querySelector(".picker-search");
  const chosen = picker.querySelector(".chosen");
  const none = picker.querySelector(".picker-none");
  const labels = [...picker.querySelectorAll(".picker-list label")];
  search.hidden = labels.length < 8;

  search.addEventListener("input", () => {
    const wanted = folded(search.value.trim());
    let shown = 0;
    for (const label of labels) {
      label.hidden = !folded(label.textContent).includes(wanted);
      shown += label.hidden ? 0 : 1;
    }
    none.textContent = shown ? "" : none.dataset.text;
  });

  // Enter in the search box ticks the only match instead of sending the form.
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const matches = labels.filter((label) => !label.hidden);
    if (matches.length === 1) matches[0].querySelector("input").click();
  });

  picker.addEventListener("change", () => {
    const names = labels.filter((label) => label.querySelector("input").checked).map((label) => label.textContent.trim());
    chosen.replaceChildren(...names.flatMap((name) => [Object.assign(document.createElement("span"), { textContent: name }), " "]));
  });

  picker.querySelector("details").addEventListener("toggle", (event) => {
    if (event.target.open && !search.hidden) search.focus();
  });
}
