// What the reader chose before – theme, digits, calendar – is put on before anything is drawn, and kept when it changes.
"use strict";
(() => {
  const root = document.documentElement, names = ["theme", "digits", "calendar"];
  let shelf = null;
  try { shelf = window.localStorage; } catch { return; } // a browser that keeps nothing
  for (const name of names) {
    const held = shelf.getItem(`peyvand.${name}`);
    if (held) root.dataset[name] = held;
  }
  new MutationObserver(() => {
    for (const name of names) if (root.dataset[name]) shelf.setItem(`peyvand.${name}`, root.dataset[name]);
  }).observe(root, { attributes: true, attributeFilter: names.map(name => `data-${name}`) });
})();
