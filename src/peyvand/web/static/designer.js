// The designer: members by map, list or pact; controls that show what belongs to them; what it says, as it is drawn.
const form = document.getElementById("designer");
const says = document.getElementById("says");
const empty = says.innerHTML;
const boxes = new Map([...form.querySelectorAll("[name=members]")].map(box => [box.value, box]));
const members = () => [...boxes.values()].filter(box => box.checked).map(box => box.value);

// -- members: the map and the list are one ------------------------------------------------------------------------
const lands = [...form.querySelectorAll(".land[data-code]")].filter(land => boxes.has(land.dataset.code));
function drawMembers() {
  const inside = new Set(members());
  for (const land of lands) {
    land.classList.toggle("member", inside.has(land.dataset.code));
    land.setAttribute("aria-checked", inside.has(land.dataset.code));
  }
  for (const border of form.querySelectorAll(".border")) border.classList.toggle("inside", border.dataset.pair.split("-").every(code => inside.has(code)));
  for (const line of form.querySelectorAll("[data-economies]")) {
    const own = line.dataset.economies.split(" "), box = line.querySelector("input");
    line.hidden = !box.checked && !own.some(code => inside.has(code));
  }
}
function take(land) {
  const box = boxes.get(land.dataset.code);
  box.checked = !box.checked;
  changed();
}
for (const land of lands) land.addEventListener("click", () => take(land));

// by keyboard the map is one stop: arrows go from country to country, space takes one in or out
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const middle = land => { const box = land.getBBox(); return [box.x + box.width / 2, box.y + box.height / 2]; };
function neighbour(land, [right, down]) {
  const [x, y] = middle(land);
  let best = null, least = Infinity;
  for (const other of lands) {
    const [ox, oy] = middle(other), along = (ox - x) * right + (oy - y) * down, aside = Math.abs((ox - x) * down) + Math.abs((oy - y) * right);
    if (other !== land && along > 0 && along + 2 * aside < least) { best = other; least = along + 2 * aside; }
  }
  return best;
}
function stopAt(land) {
  for (const other of lands) other.setAttribute("tabindex", other === land ? 0 : -1);
}
for (const land of lands) {
  land.setAttribute("role", "checkbox");
  land.setAttribute("aria-label", boxes.get(land.dataset.code).parentElement.textContent.trim());
  land.addEventListener("keydown", event => {
    const to = event.key in ARROWS && neighbour(land, ARROWS[event.key]);
    if (to) { stopAt(to); to.focus(); }
    if (event.key === " " || event.key === "Enter") take(land);
    if (event.key in ARROWS || event.key === " " || event.key === "Enter") event.preventDefault();
  });
}
form.querySelector(".lands").removeAttribute("aria-hidden");
for (const border of form.querySelectorAll("a.border")) border.setAttribute("tabindex", -1); // here they only show
stopAt(lands.find(land => land.dataset.code === "IRN") || lands[0]);
document.getElementById("preset").addEventListener("change", event => {
  const chosen = new Set(event.target.value.split(" "));
  if (event.target.value) for (const [code, box] of boxes) box.checked = chosen.has(code);
});

// -- controls -----------------------------------------------------------------------------------------------------
function showWhatBelongs() {
  const on = name => form.elements[name]?.checked;
  for (const part of form.querySelectorAll("[data-needs]")) part.hidden = !on(part.dataset.needs);
  for (const part of form.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== form.elements.way.value;
  for (const part of form.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== form.elements.kind.value;
  document.getElementById("by-controls").hidden = on("mode");
}
for (const slider of form.querySelectorAll("[data-twin]")) {
  const number = document.getElementById(slider.dataset.twin);
  slider.addEventListener("input", () => { number.value = slider.value; });
  number.addEventListener("input", () => { slider.value = number.value; });
}

// -- what it says, and the borders as the union would leave them ----------------------------------------------------
let waiting = 0, asked = 0;
const element = (tag, text, options = {}) => Object.assign(document.createElement(tag), { textContent: text }, options);
function html(tag, markup) { // sentences come from our server, numbers marked and the rest escaped there
  const made = document.createElement(tag);
  made.innerHTML = markup;
  return made;
}
function escaped(text) {
  const made = document.createElement("span");
  made.textContent = text;
  return made.innerHTML;
}
function tell(found) {
  const heading = says.querySelector("h2");
  if (!found.clear) {
    const words = element("p", "", { className: "problem" });
    words.append(element("b", found.title + " "), html("span", found.message));
    if (found.hint) words.append(Object.assign(html("span", "→ " + found.hint), { className: "hint" }));
    says.replaceChildren(heading, words);
    return;
  }
  const list = element("ul", "", { className: "assumptions" });
  list.append(...found.says.map(line => html("li", line)));
  const cautions = element("ul", "", { className: "assumptions care" });
  cautions.append(...found.warnings.map(line => html("li", line)));
  says.replaceChildren(heading, list, ...(found.warnings.length ? [cautions] : []));
  if (!form.elements.mode.checked) form.elements.file.value = found.file;
  for (const border of form.querySelectorAll(".border[style]")) {
    const after = found.borders[border.dataset.pair], style = border.style;
    style.setProperty("--a1", after ? after[0] : style.getPropertyValue("--a0"));
    style.setProperty("--b1", after ? after[1] : style.getPropertyValue("--b0"));
  }
  document.dispatchEvent(new CustomEvent("peyvand:localise", { detail: says }));
}
async function look() {
  const mine = ++asked;
  if (members().length < 2 && !form.elements.mode.checked) { says.innerHTML = empty; return; }
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form) });
    const found = await answer.json();
    if (mine === asked) tell("clear" in found ? found : { clear: false, title: found.title, message: escaped(found.detail), hint: escaped(found.hint || "") });
  } catch { /* the server is away: the controls stay, the next change asks again */ }
}
function changed() {
  showWhatBelongs();
  drawMembers();
  clearTimeout(waiting);
  waiting = setTimeout(look, 250);
}
form.addEventListener("input", event => { if (!event.target.closest(".map")) changed(); });
form.addEventListener("change", event => { if (!event.target.closest(".map")) changed(); });
form.addEventListener("submit", () => { form.querySelector(".run-bar button").disabled = true; });
window.addEventListener("pageshow", () => { form.querySelector(".run-bar button").disabled = false; });
changed();
