// Keys, ratings without reloading, and undo in place. Without it the same forms work.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const cards = () => all(".card[data-paper]");
const said = one("#said");
let sending = Promise.resolve(); // in the order of the keys

// Each list ends with something that can have the focus.
const current = () => one(".card[data-paper]:focus-within");
function go(step) {
  const list = cards();
  const at = list.indexOf(current());
  const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step;
  const target = next >= list.length ? one("#end") ?? list.at(-1) : list[Math.max(next, 0)];
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: "nearest" });
}

function show(card, state) {
  for (const name of ["liked", "disliked", "read"]) card.classList.toggle(name, name === state);
  const label = one(".state", card);
  if (label) label.textContent = state;
  const pressed = { like: "liked", dislike: "disliked", read: "read" };
  for (const button of all("button[name=verdict]", card)) {
    if (button.value === "unmark") button.hidden = !state;
    else button.setAttribute("aria-pressed", String(pressed[button.value] === state));
  }
}

function take(answer) {
  for (const card of cards()) if (card.dataset.paper in answer.states) show(card, answer.states[card.dataset.paper]);
  const form = one("#undo");
  form.hidden = !answer.undo;
  form.elements.number.value = answer.undo?.number ?? "";
  one("#last").textContent = answer.undo?.text ?? "";
  const list = cards();
  const rated = one("#rated");
  if (rated) {
    rated.textContent = list.filter((card) => card.matches(".liked, .disliked, .read")).length;
    one("#liked").textContent = list.filter((card) => card.matches(".liked")).length;
  }
}

// A request that is lost is sent again: a rating says what holds, and an undo names what it takes back.
async function send(action, fields) {
  const body = new URLSearchParams(fields);
  for (const card of cards()) body.append("listed", card.dataset.paper);
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(action, { method: "POST", body, headers: { Accept: "application/json" } });
      const read = await answer.json();
      if (answer.ok) take(read);
      said.textContent = read.text;
      return answer.ok;
    } catch (error) {
      said.textContent = "The server does not answer; trying again.";
      if (attempt === 5) {
        said.textContent = "The server does not answer: this was not counted. Is `recommend serve` running?";
        return false;
      }
      await new Promise((done) => setTimeout(done, 250 * 2 ** attempt));
    }
  }
}
const queue = (action, fields) => (sending = sending.then(() => send(action, fields())));

function rate(verdict) {
  const selected = all(".card.selected"), here = current();
  const papers = (selected.length ? selected : [here]).filter(Boolean);
  if (!papers.length) return;
  left = null;
  for (const card of selected) card.classList.remove("selected");
  queue("/rate", () => [["verdict", verdict], ...papers.map((card) => ["paper", card.dataset.paper])]);
  if (papers.includes(here)) go(1);
}
let left; // the place where the rest was seen: that stores nothing, for ratings would teach

const undo = () => queue("/undo", () => [["number", one("#undo").elements.number.value]]);

document.addEventListener("submit", (event) => {
  const form = event.target;
  const { pathname: action } = new URL(form.action);
  if (!/^.(rate|undo|rest|rules)$/.test(action) || !(one("#list") ?? form.closest("footer"))) return;
  event.preventDefault();
  const fields = [...new FormData(form, event.submitter)].filter(([name]) => !/^(back|listed)$/.test(name));
  if (action === "/undo") undo();
  else queue(action, () => fields);
});

const open = (selector, field) => {
  const fold = one(selector, current() ?? undefined);
  if (!fold) return;
  fold.open = field ? true : !fold.open;
  if (field) one(field, fold)?.focus();
};
const follow = (selector) => current() && one(selector, current())?.click();
const does = {
  j: () => go(1), n: () => go(1), k: () => go(-1), " ": () => go(1),
  l: () => rate("like"), d: () => rate("dislike"), r: () => rate("read"),
  u: () => {
    if (left) return left = left.focus();
    const list = cards(), before = list.map((card) => card.className);
    undo();
    sending.then(() => list.find((card, at) => card.className !== before[at])?.focus());
  },
  o: () => open(".abstract"), Enter: () => open(".abstract"),
  v: () => follow(".abs"), p: () => follow(".pdf"), w: () => follow(".reasons"), s: () => follow(".similar"),
  f: () => open(".more", ".follow select"), m: () => open(".more", ".mute input"),
  x: () => { if (current()) current().classList.toggle("selected"), go(1); },
  A: () => { left = current() ?? cards()[0]; does.q(); said.textContent = "All the rest is seen; nothing was rated."; },
  "/": () => one("nav input").focus(), "?": () => { one("#help").open = true; one("#help").scrollIntoView(); },
  q: () => one("#end")?.focus(),
};
document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (at.matches("input, select, textarea, [contenteditable]")) {
    if (event.key === "Escape") (at.closest(".card") ?? at).focus(), at.blur();
    return;
  }
  if ([" ", "Enter"].includes(event.key) && at.matches("button, a, summary")) return;
  if (!does[event.key]) return;
  event.preventDefault();
  does[event.key]();
});
