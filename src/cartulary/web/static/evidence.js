// SPDX-License-Identifier: Apache-2.0
// Words of the sentence close by Escape or elsewhere; after a change the focus is at its word.
"use strict";
(function () {
  var changed = "";
  function openWords() {
    return Array.prototype.slice.call(document.querySelectorAll("details.word[open]"));
  }
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    openWords().forEach(function (word) {
      var inside = word.contains(document.activeElement);
      word.open = false;
      if (inside) { word.querySelector("summary").focus(); }
    });
  });
  document.addEventListener("click", function (event) {
    openWords().forEach(function (word) {
      if (!word.contains(event.target)) { word.open = false; }
    });
  });
  document.addEventListener("toggle", function (event) {
    var choices = event.target.open && event.target.matches("details.word") ? event.target.querySelector(".choices") : null;
    if (!choices || choices.classList.contains("wide")) { return; }
    choices.classList.remove("flipped");
    choices.classList.toggle("flipped", choices.getBoundingClientRect().right > document.documentElement.clientWidth);
  }, true);
  document.addEventListener("htmx:beforeRequest", function (event) {
    var from = event.target.closest ? event.target.closest("details.word") : null;
    if (from) { changed = from.querySelector("summary").dataset.word; }
  });
  document.addEventListener("htmx:afterSettle", function () {
    if (!changed) { return; }
    var word = document.getElementById("word-" + changed);
    if (word) { word.focus({ preventScroll: true }); }
    if (!document.querySelector(".reckoning")) { changed = ""; }
  });
})();
