// Keys, ratings without reloading, and undo in place. Without it the same forms work.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const cards = () => all(".card[data-paper]");
const said = one("#said"), { number } = one("#undo").elements;
let sending = Promise.resolve(); // in the order of the keys
let waiting = 0;

const current = () => one(".card[data-paper]:focus-within");
function go(step) {
  const list = cards(), at = list.indexOf(current());
  const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step;
  if (step > 0 && one("#end:focus-within")) return one("#next")?.click();
  const target = next >= list.length ? one("#end") ?? list.at(-1) : list[Math.max(next, 0)];
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: "nearest" });
}

function show(card, state, waits) {
  const pressed = { like: "liked", dislike: "disliked", read: "read" };
  for (const name of Object.values(pressed)) card.classList.toggle(name, name === state);
  one(".state", card).textContent = state;
  for (const button of all("[name=verdict]", card)) {
    if (button.value === "unmark") button.hidden = !state;
    else button.setAttribute("aria-pressed", pressed[button.value] === state);
  }
  const later = one("[name=list]", card);
  later?.setAttribute("aria-pressed", waits);
  if (later) later.value = waits ? "done" : "later";
}

function take(answer) {
  for (const card of cards()) {
    const { paper } = card.dataset;
    if (paper in answer.states) show(card, answer.states[paper], answer.later.includes(paper));
  }
  one("#undo").hidden = !answer.undo;
  number.value = answer.undo?.number ?? "";
  one("#last").textContent = answer.undo?.text ?? "";
  for (const [name, states] of [["#rated", ".liked, .disliked, .read"], ["#liked", ".liked"]]) {
    const label = one(name);
    if (label) label.textContent = +label.dataset.elsewhere + all(`.card:is(${states})`).length;
  }
}

// A request is sent until it is answered; it says what holds, or what it takes back, so none counts twice.
async function send(action, fields) {
  const body = new URLSearchParams(fields);
  for (const card of cards()) body.append("listed", card.dataset.paper);
  for (let pause = 250; ; pause = Math.min(2 * pause, 4000)) {
    try {
      const headers = { Accept: "application/json" }, signal = AbortSignal.timeout(20000);
      const answer = await fetch(action, { method: "POST", body, headers, signal });
      const ours = answer.headers.get("Content-Type").includes("json"); // not of a server started anew
      const read = ours ? await answer.json() : { text: "Not counted: open the address that `recommend serve` printed." };
      if (answer.ok) take(read);
      return (said.textContent = read.text);
    } catch {
      said.textContent = `The server does not answer: ${waiting} not counted yet, trying again.`;
      await new Promise((done) => (setTimeout(done, pause), addEventListener("online", done, { once: true })));
    }
  }
}
function queue(action, fields) {
  waiting++;
  sending = sending.then(() => send(action, fields())).finally(() => waiting--);
}
addEventListener("beforeunload", (event) => waiting && event.preventDefault());
addEventListener("pageshow", (event) => event.persisted && location.reload());

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

const undo = () => queue("/undo", () => [["number", number.value]]);

document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("#undo")) event.preventDefault(); // a double click takes back one
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  const action = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  if (!/^.(rate|later|undo|rest|rules)$/.test(action) || !(one("#list") ?? form.closest("footer"))) return;
  event.preventDefault();
  const fields = [...new FormData(form, event.submitter)].filter(([name]) => !/^(back|listed)$/.test(name));
  action === "/undo" ? undo() : queue(action, () => fields);
});

const open = (selector, field) => {
  const fold = one(selector, current() ?? undefined);
  if (!fold) return;
  fold.open = field ? true : !fold.open;
  if (field) one(field, fold)?.focus();
};
for (const on of ["click", "auxclick"]) addEventListener(on, ({ target }) => {
  const card = target.closest(".abs, .pdf")?.closest(".card");
  if (card) navigator.sendBeacon("/opened", new URLSearchParams({ paper: card.dataset.paper }));
});
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
  t: () => follow("[name=list]"), f: () => open(".more", ".follow select"), m: () => open(".more", ".mute input"),
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
