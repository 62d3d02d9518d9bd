// Handing in a file: it can be dropped on its field, and a table that is pasted keeps its cells. Reviewing: what was
// typed is not left behind unseen. Without this file the forms do the same with their buttons.
"use strict";

{
  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    zone.querySelector(".drop-hint").hidden = false;
    const over = (event, is) => {
      event.preventDefault();
      zone.classList.toggle("over", is);
    };
    zone.addEventListener("dragover", (event) => over(event, true));
    zone.addEventListener("dragleave", (event) => over(event, false));
    zone.addEventListener("drop", (event) => {
      over(event, false);
      if (!event.dataTransfer.files.length) return;
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  // Word and Excel put the table on the clipboard as HTML too; as plain text its merged cells and line ends are lost.
  for (const area of document.querySelectorAll("[data-paste]")) {
    area.addEventListener("paste", (event) => {
      const html = event.clipboardData.getData("text/html");
      if (!/<table[\s>]/i.test(html)) return;
      event.preventDefault();
      area.setRangeText(html, area.selectionStart, area.selectionEnd, "end");
    });
  }

  // What was said above, where the page stands further down.
  const said = document.querySelector("#messages .notice");
  if (said && location.hash) evaltrack.toast(said.textContent);

  let typed = false;
  document.addEventListener("input", (event) => {
    if (event.target.closest("form.block")) typed = true;
  });
  document.addEventListener("submit", (event) => {
    if (event.target.closest("form.block")) typed = false;
  });
  addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
}
