// Keys, ratings without reloading, and undo in place. Without it the same forms work.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const cards = () => all(".card[data-paper]");
const said = one("#said"), number = one("#undo").elements.number;
const pasts = { like: "liked", dislike: "disliked", read: "read" };
let sending = Promise.resolve(); // one request after the other, in the order of the keys
const steps = []; // how to take back what was done here; null: by the server

const current = () => document.activeElement?.closest(".card[data-paper]");
function go(step) {
  const list = cards(), at = list.indexOf(current());
  const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step;
  const target = next >= list.length ? one("#end") ?? list.at(-1) : list[Math.max(next, 0)];
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: "nearest" });
}
const toEnd = () => { one("#end")?.focus(); one("#end")?.scrollIntoView(); };

// Whether it changed.
function show(card, state) {
  const label = one(".state", card), changed = label.textContent !== state;
  label.textContent = state;
  for (const [verdict, past] of Object.entries(pasts)) {
    card.classList.toggle(past, past === state);
    one(`button[value=${verdict}]`, card)?.setAttribute("aria-pressed", past === state);
  }
  one("button[value=unmark]", card)?.toggleAttribute("hidden", !state);
  return changed;
}

function take({ states, undo }) {
  const changed = cards().filter((card) => card.dataset.paper in states && show(card, states[card.dataset.paper]));
  one("#undo").hidden = !undo;
  number.value = undo?.number ?? "";
  one("#last").textContent = undo?.text ?? "";
  if (one("#rated")) {
    one("#rated").textContent = all(".card:is(.liked, .disliked, .read)").length;
    one("#liked").textContent = all(".card.liked").length;
  }
  return changed;
}

// A request that is lost is sent again: a rating says what holds, and an undo names what it takes back.
async function send(action, fields) {
  const body = new URLSearchParams(fields);
  for (const card of cards()) body.append("listed", card.dataset.paper);
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(action, { method: "POST", body, headers: { Accept: "application/json" } });
      const read = await answer.json();
      said.textContent = read.text;
      if (!answer.ok) return [];
      const before = number.value, changed = take(read);
      if (action === "/rules" && /^\w+:/.test(read.text)) steps.push(() => send(action, [...fields, ["remove", 1]]));
      else if (action !== "/undo" && number.value !== before) steps.push(null);
      return changed;
    } catch {
      said.textContent = "The server does not answer; trying again.";
      if (attempt === 5) {
        said.textContent = "The server does not answer: this was not counted. Is `recommend serve` running?";
        return [];
      }
      await new Promise((go) => setTimeout(go, 250 * 2 ** attempt));
    }
  }
}
const queue = (action, fields) => (sending = sending.then(() => send(action, fields())));

function rate(verdict) {
  const here = current(), selected = all(".card.selected");
  const papers = selected.length ? selected : [here].filter(Boolean);
  if (papers.includes(here)) go(1);
  for (const card of papers) card.classList.remove("selected");
  if (papers.length) queue("/rate", () => [["verdict", verdict], ...papers.map((card) => ["paper", card.dataset.paper])]);
}

const last = () => [["number", number.value]];
const undo = () => (sending = sending.then(async () => {
  const back = steps.pop() ?? (() => send("/undo", last()));
  (await back())[0]?.focus();
}));

// Nothing is stored: the papers come on no other day, and ratings would teach.
function seeAll() {
  const from = current(), list = one("#list");
  if (!one("#end")) return;
  list.className = "seen";
  toEnd();
  said.textContent = "All the rest is seen; nothing was rated.";
  const back = () => (list.className = "", said.textContent = "Taken back.", [from]);
  sending = sending.then(() => steps.push(back));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const { pathname: action } = new URL(form.action);
  if (!["/rate", "/undo", "/rest", "/rules"].includes(action) || !(one("#list") ?? form.closest("footer"))) return;
  event.preventDefault();
  const fields = [...new FormData(form, event.submitter)].filter(([name]) => name !== "back" && name !== "listed");
  queue(action, action === "/undo" ? last : () => fields);
});

const open = (selector, field) => {
  const fold = one(selector, current() ?? undefined);
  if (!fold) return;
  fold.open = field ? true : !fold.open;
  if (field) one(field, fold)?.focus();
};
const follow = (selector) => (current() ? one(selector, current()) : null)?.click();
const does = {
  j: () => go(1), n: () => go(1), k: () => go(-1), " ": () => go(1),
  l: () => rate("like"), d: () => rate("dislike"), r: () => rate("read"), u: undo,
  o: () => open("details.abstract"), Enter: () => open("details.abstract"),
  v: () => follow(".abs"), p: () => follow(".pdf"), w: () => follow(".reasons"), s: () => follow(".similar"),
  f: () => open("details.more", ".follow select"), m: () => open("details.more", ".mute input"),
  x: () => { if (current()) current().classList.toggle("selected"), go(1); }, A: seeAll,
  "/": () => one("nav input").focus(), "?": () => { one("#help").open = true; one("#help").scrollIntoView(); },
  q: toEnd,
};
document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (at.matches("input, select, textarea, [contenteditable]")) {
    if (event.key === "Escape") (at.closest(".card") ?? at).focus(), at.blur();
    return;
  }
  if ((event.key === " " || event.key === "Enter") && at.matches("button, a, summary")) return;
  const act = does[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
