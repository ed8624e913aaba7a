// SPDX-License-Identifier: Apache-2.0
// Keys: "/" searches; an element with data-key="n" is clicked or focused by n;
// Ctrl+Enter and Ctrl+D click the element with data-key="Ctrl+Enter" or "Ctrl+D".
// Enter in a field submits only where the form says data-enter="submit" (a scan, a search, signing in).
"use strict";
(function () {
  function typing(target) {
    return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  }
  function press(element) {
    if (element.matches("input, select, textarea")) { element.focus(); element.select && element.select(); }
    else { element.click(); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.isComposing) { return; }
    var held = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (held) {
      var name = event.key === "Enter" ? "Ctrl+Enter" : "Ctrl+" + event.key.toUpperCase();
      var scope = event.target.closest && event.target.closest("form");
      var chosen = (scope && scope.querySelector('[data-key="' + name + '"]')) ||
        document.querySelector('[data-key="' + name + '"]');
      if (chosen) { event.preventDefault(); press(chosen); }
      return;
    }
    if (event.key === "Enter" && event.target.matches && event.target.matches("input:not([type=submit]):not([type=button]):not([type=checkbox]):not([type=radio])")) {
      var form = event.target.form;
      if (form && form.method === "post" && form.dataset.enter !== "submit" && !form.classList.contains("search") && !form.classList.contains("sign")) {
        event.preventDefault();
        return;
      }
    }
    if (document.body.dataset.singleKeys === "off" || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (typing(event.target)) { return; }
    if (event.key === "/") {
      var search = document.getElementById("search");
      if (search) { event.preventDefault(); search.focus(); }
      return;
    }
    if (!/^[a-z?]$/.test(event.key)) { return; }
    var row = event.target.closest && event.target.closest("[data-row]");
    var element = (row && row.querySelector('[data-key="' + event.key + '"]')) ||
      document.querySelector('[data-key="' + event.key + '"]:not([data-row] *)');
    if (element) { event.preventDefault(); press(element); }
  });
})();
