// SPDX-License-Identifier: Apache-2.0
// The chosen line of the follow-up list: arrows move it, and the keys under the list act on it.
// Without this every line still has its own buttons and links.
"use strict";
(function () {
  var table = document.getElementById("due");
  var bar = document.getElementById("due-keys");
  if (!table || !bar) { return; }
  var rows = Array.prototype.slice.call(table.querySelectorAll("tbody tr[data-row]"));
  function current() {
    var found = rows.findIndex(function (row) { return row.classList.contains("chosen"); });
    return found < 0 ? 0 : found;
  }
  function choose(index, focus) {
    rows.forEach(function (row, place) {
      row.classList.toggle("chosen", place === index);
      var button = row.querySelector(".button");
      if (button) { button.classList.toggle("filled", place === index); }
    });
    var row = rows[index];
    bar.querySelectorAll("[data-act]").forEach(function (link) {
      link.href = row.dataset.answer + "?act=" + link.dataset.act;
    });
    var contact = bar.querySelector(".last-contact");
    if (contact) { contact.hidden = row.id !== "due-" + contact.dataset.for; }
    if (focus) { (row.querySelector(".button") || row.querySelector("a")).focus(); }
  }
  table.addEventListener("focusin", function (event) {
    var row = event.target.closest("tr[data-row]");
    if (row) { choose(rows.indexOf(row), false); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) { return; }
    var nowhere = event.target === document.body || event.target.id === "main";
    if (!nowhere && !table.contains(event.target) && !bar.contains(event.target)) { return; }
    if (event.key === "Enter" && nowhere) {
      var button = rows[current()].querySelector(".button");
      if (button) { event.preventDefault(); button.click(); }
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") { return; }
    event.preventDefault();
    var next = current() + (event.key === "ArrowDown" ? 1 : -1);
    choose(Math.min(rows.length - 1, Math.max(0, next)), true);
  });
})();
