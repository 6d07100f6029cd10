// The page's few movements: language, digits, calendar, theme; the slider of the map; details; sorting.
"use strict";
(() => {
  const root = document.documentElement;
  const pages = [...document.querySelectorAll(".language")];
  const PERSIAN = "۰۱۲۳۴۵۶۷۸۹٫٬٪", LATIN = "0123456789.,%";
  const swap = (text, from, to) => [...text].map(c => { const at = from.indexOf(c); return at < 0 ? c : to[at]; }).join("");
  const state = {};

  // -- language, digits, calendar, theme --------------------------------------------------------------------------
  const shown = () => pages.find(page => page.lang === state.language);
  const inDigits = text => state.digits === "fa" ? swap(text, LATIN, PERSIAN) : swap(text, PERSIAN, LATIN);
  function localise(scope) {
    for (const day of scope.querySelectorAll("time.d")) day.textContent = day.dataset[state.calendar];
    for (const item of scope.querySelectorAll(".n")) item.textContent = inDigits(item.textContent);
  }
  function mark() {
    for (const [name, value] of [["digits", state.digits], ["calendar", state.calendar]])
      for (const item of shown().querySelectorAll(`.switch [data-${name}]`)) item.classList.toggle("on", item.dataset[name] === value);
  }
  function speak(language) {
    state.language = language;
    state.digits = root.dataset.digits || (language === "fa" ? "fa" : "en"); // what the reader chose elsewhere, first
    state.calendar = root.dataset.calendar || (language === "fa" ? "jalali" : "gregorian");
    for (const page of pages) page.hidden = page.lang !== language;
    Object.assign(root, { lang: language, dir: shown().dir });
    root.dataset.language = language;
    localise(shown());
    mark();
    move(state.t || 0);
  }
  const turned = name => { root.dataset[name] = state[name]; localise(shown()); mark(); };
  const turn = {
    language: () => { const other = state.language === "fa" ? "en" : "fa"; history.replaceState(null, "", "#" + other); 
      delete root.dataset.digits; delete root.dataset.calendar; speak(other); },
    digits: () => { state.digits = state.digits === "fa" ? "en" : "fa"; turned("digits"); },
    calendar: () => { state.calendar = state.calendar === "jalali" ? "gregorian" : "jalali"; turned("calendar"); },
    theme: () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
    },
  };
  for (const button of document.querySelectorAll("[data-switch]")) button.addEventListener("click", () => turn[button.dataset.switch]());

  document.addEventListener("peyvand:localise", event => localise(event.detail)); // words that a page brings later

  // -- the map: slider, play, what to show, details ---------------------------------------------------------------
  function written(item, t) {
    const value = +item.dataset.from + (item.dataset.to - item.dataset.from) * t;
    const fixed = Math.abs(value).toFixed(+item.dataset.decimals);
    const [whole, part] = fixed.split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
    const sign = +fixed === 0 ? "" : value < 0 ? "−" : "sign" in item.dataset ? "+" : "";
    return inDigits(item.dataset.pattern.replace("#", sign + grouped));
  }
  function move(t) {
    state.t = t;
    for (const map of document.querySelectorAll(".map")) {
      map.style.setProperty("--t", t);
      if (map.querySelector("input[type=range]")) map.querySelector("input[type=range]").value = Math.round(t * 100);
      for (const item of map.querySelectorAll(".moving")) (item.querySelector(".n") || item).textContent = written(item, t);
    }
  }
  let playing = 0;
  function stop() {
    cancelAnimationFrame(playing);
    playing = 0;
    for (const button of document.querySelectorAll(".play")) { button.setAttribute("aria-pressed", "false"); button.lastElementChild.textContent = button.dataset.play; }
  }
  function play(button) {
    if (playing) return stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return move(state.t < 1 ? 1 : 0);
    const first = state.t >= 1 ? 0 : state.t, began = performance.now();
    button.setAttribute("aria-pressed", "true");
    button.lastElementChild.textContent = button.dataset.pause;
    const step = now => {
      const t = Math.min(1, first + (now - began) / 3200);
      move(t);
      if (t < 1) playing = requestAnimationFrame(step); else stop();
    };
    playing = requestAnimationFrame(step);
  }
  for (const map of document.querySelectorAll(".map")) {
    map.querySelector("input[type=range]")?.addEventListener("input", event => { stop(); move(event.target.value / 100); });
    map.querySelector(".play")?.addEventListener("click", event => play(event.currentTarget));
    for (const radio of map.querySelectorAll("input[type=radio]")) radio.addEventListener("change", () => { map.dataset.show = radio.value; });
    map.querySelector(".arcs-on")?.addEventListener("change", event => map.classList.toggle("no-arcs", !event.target.checked));
    const panel = map.querySelector(".detail-panel");
    for (const item of map.querySelectorAll("[data-detail]")) {
      const tell = () => {
        const half = map.querySelector("svg").getBoundingClientRect(), box = item.getBoundingClientRect();
        const left = box.left + box.width / 2 < half.left + half.width / 2;
        panel.classList.remove("idle");
        panel.classList.toggle("aside", left === (root.dir === "ltr")); // on the other side than what it speaks of
        panel.replaceChildren(document.getElementById(item.dataset.detail).content.cloneNode(true));
        localise(panel);
        for (const other of map.querySelectorAll(".seen")) other.classList.remove("seen");
        item.classList.add("seen");
      };
      for (const kind of ["pointerenter", "focus", "click"]) item.addEventListener(kind, tell);
    }
  }

  for (const map of document.querySelectorAll(".corridor-map"))
    map.querySelector("input[type=range]")?.addEventListener("input", event => map.style.setProperty("--t", event.target.value / 100));

  // -- tables -----------------------------------------------------------------------------------------------------
  for (const head of document.querySelectorAll(".sortable thead th")) head.querySelector("button")?.addEventListener("click", () => {
    const body = head.closest("table").tBodies[0], at = head.cellIndex;
    const up = head.getAttribute("aria-sort") === "descending" || (head.classList.contains("text") && head.getAttribute("aria-sort") === "none");
    for (const other of head.parentElement.children) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = row => row.cells[at].dataset.v;
    const order = (a, b) => isNaN(a) || isNaN(b) ? String(a).localeCompare(b, state.language) : a - b;
    body.append(...[...body.rows].sort((a, b) => {
      if (value(a) === "nan" || value(b) === "nan") return (value(a) === "nan") - (value(b) === "nan");
      return (up ? 1 : -1) * order(value(a), value(b));
    }));
  });

  const asked = location.hash.slice(1);
  if (pages.length === 1) speak(pages[0].lang); // a page of the server, which has one language
  else speak(asked === "fa" || asked === "en" ? asked : (navigator.language || "en").startsWith("fa") ? "fa" : "en");
})();
