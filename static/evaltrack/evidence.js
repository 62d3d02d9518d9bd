// Evidence: what is chosen is listed with its size, what is too large is said before it is sent, and a picture opens
// in a dialog. Without this file the server says the same, and the picture opens by itself.
"use strict";

{
  const size = (bytes) => {
    const unit = bytes < 1024 * 1024 ? "kilobyte" : "megabyte";
    const number = bytes / (unit === "kilobyte" ? 1024 : 1024 * 1024);
    const style = { style: "unit", unit, maximumFractionDigits: 1 };
    return new Intl.NumberFormat(document.documentElement.lang, style).format(number);
  };

  /** List the files under the field; a fault keeps the form from being sent. */
  const list = (input) => {
    input.parentElement.querySelector(".chosen-files")?.remove();
    const { most, tooLarge, together, tooLargeTogether } = input.dataset;
    const files = [...input.files];
    const items = document.createElement("ul");
    items.className = "chosen-files";
    items.setAttribute("role", "status");
    let fault = "";
    for (const file of files) {
      const item = document.createElement("li");
      const wrong = file.size > Number(most) ? tooLarge.replace("{name}", file.name) : "";
      item.textContent = wrong || `${file.name} · ${size(file.size)}`;
      item.dir = "auto";
      item.classList.toggle("wrong", Boolean(wrong));
      items.append(item);
      fault ||= wrong;
    }
    if (files.reduce((sum, file) => sum + file.size, 0) > Number(together)) fault ||= tooLargeTogether;
    if (files.length) input.after(items);
    input.setCustomValidity(fault);
  };

  // What keeps the form from being sent must be seen.
  document.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true);

  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-most]")) list(event.target);
  });

  const enlarge = (link) => {
    const dialog = document.createElement("dialog");
    dialog.className = "enlarged";
    const line = document.createElement("p");
    const name = Object.assign(document.createElement("span"), { textContent: link.dataset.enlarge, dir: "auto" });
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button";
    close.textContent = link.closest("[data-close]").dataset.close;
    close.addEventListener("click", () => dialog.close());
    line.append(name, close);
    dialog.append(line, Object.assign(document.createElement("img"), { src: link.href, alt: link.dataset.enlarge }));
    dialog.setAttribute("aria-label", link.dataset.enlarge);
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      link.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-enlarge]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    enlarge(link);
  });
}
