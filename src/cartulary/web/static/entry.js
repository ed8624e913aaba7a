// SPDX-License-Identifier: Apache-2.0
// Forms of events: fields that another field asks for, units that fit the analyte, and a part of a
// page that is put in place only when it is one. Without this file every form works as it stands.
"use strict";
(function () {
  var form = document.querySelector("form[data-entry]");
  if (!form) { return; }

  function said(name) {
    var element = form.elements[name];
    if (!element) { return []; }
    if (element instanceof RadioNodeList) {
      return Array.prototype.filter.call(element, function (one) {
        return one.type !== "checkbox" || one.checked;
      }).map(function (one) { return one.value; });
    }
    return [element.value.trim()];
  }
  function filled(field) {
    return Array.prototype.some.call(field.querySelectorAll("input, select"), function (one) {
      return one.type === "checkbox" ? one.checked : one.value.trim() !== "";
    });
  }
  function ask() {
    form.querySelectorAll("[data-on]").forEach(function (field) {
      var codes = field.dataset.codes.split(" ");
      var asked = said(field.dataset.on).some(function (text) { return codes.indexOf(text) >= 0; });
      field.hidden = !asked && !filled(field);
    });
  }
  function fit(event) {
    var analyte = form.elements.analyte, unit = form.elements.unit;
    if (!analyte || !unit || !unit.options) { return; }
    function has(list) { return (list || "").split(" ").indexOf(analyte.value) >= 0; }
    var kept = "";
    Array.prototype.forEach.call(unit.options, function (option) {
      if (!option.dataset.fits) { return; }
      option.disabled = option.hidden = Boolean(analyte.value) && !has(option.dataset.fits);
      if (has(option.dataset.kept)) { kept = option.value; }
    });
    if (unit.selectedOptions[0] && unit.selectedOptions[0].disabled) { unit.value = ""; }
    if (event && event.target === analyte && !unit.value && !form.elements.value.value) {
      unit.value = kept;
    }
  }
  function mark(note) {
    var field = note.closest(".field");
    var input = field && field.querySelector(".row input, .row select");
    if (!input) { return; }
    field.classList.remove("impossible", "unlikely");
    if (note.dataset.tone) { field.classList.add(note.dataset.tone); }
    if (note.dataset.tone === "impossible") { input.setAttribute("aria-invalid", "true"); }
    else { input.removeAttribute("aria-invalid"); }
  }

  form.addEventListener("change", function (event) { ask(); fit(event); });
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.xhr.getResponseHeader("X-Cartulary-Part")) { return; }
    event.detail.shouldSwap = false;
    var state = document.getElementById("draft-said");
    if (state) { state.textContent = form.dataset.signedOut; }
  });
  document.body.addEventListener("htmx:afterSwap", function () {
    form.querySelectorAll("[data-tone]").forEach(mark);
  });
  ask();
  fit();
})();
