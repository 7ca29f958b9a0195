// Keys, ratings without reloading, and undo in place. Without this script the same forms work by themselves.
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const cards = () => all(".card[data-paper]");
const said = one("#said");
let sending = Promise.resolve(); // one request after the other, in the order of the keys
let waiting = 0;

const current = () => document.activeElement?.closest(".card[data-paper]");
function go(step) {
  const list = cards();
  const at = list.indexOf(current());
  const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step;
  if (at < 0 && step > 0 && document.activeElement?.closest("#end")) return one("#next")?.click();
  const target = next >= list.length ? one("#end") ?? list.at(-1) : list[Math.max(next, 0)];
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: "nearest" });
}

function show(card, state) {
  const pressed = { like: "liked", dislike: "disliked", read: "read" };
  for (const name of Object.values(pressed)) card.classList.toggle(name, name === state);
  const label = one(".state", card);
  if (label) label.textContent = state;
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
  for (const [name, states] of [["#rated", ".liked, .disliked, .read"], ["#liked", ".liked"]]) {
    const label = one(name);
    if (label) label.textContent = +label.dataset.elsewhere + cards().filter((card) => card.matches(states)).length;
  }
}

// A request is sent until it is answered: a rating says what holds, an undo what it takes back, so none counts twice.
async function send(action, fields) {
  const body = new URLSearchParams(fields);
  for (const card of cards()) body.append("listed", card.dataset.paper);
  for (let pause = 250; ; pause = Math.min(2 * pause, 4000)) {
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(action, { method: "POST", body, headers, signal: AbortSignal.timeout(20000) });
      const ours = answer.headers.get("Content-Type").includes("json"); // not of a server that was started anew
      const read = ours ? await answer.json() : { text: "Not counted: open the address that `recommend serve` printed." };
      if (answer.ok) take(read);
      return (said.textContent = read.text);
    } catch (error) {
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
  const selected = all(".card.selected");
  const papers = (selected.length ? selected : [current()]).filter(Boolean);
  if (!papers.length) return;
  for (const card of selected) card.classList.remove("selected");
  queue("/rate", () => [["verdict", verdict], ...papers.map((card) => ["paper", card.dataset.paper])]);
  if (!selected.length) go(1);
}

const undo = () => queue("/undo", () => [["number", one("#undo").elements.number.value]]);

document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("#undo")) event.preventDefault(); // a double click takes back one
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  const action = new URL(form.action).pathname;
  if (!["/rate", "/undo", "/rest", "/rules"].includes(action) || !(one("#list") ?? form.closest("footer"))) return;
  event.preventDefault();
  const fields = [...new FormData(form, event.submitter)].filter(([name]) => name !== "back" && name !== "listed");
  if (action === "/undo") undo();
  else queue(action, () => fields);
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
  x: () => current()?.classList.toggle("selected"), A: () => one("#rest")?.requestSubmit(),
  "/": () => one("nav input").focus(), "?": () => { one("#help").open = true; one("#help").scrollIntoView(); },
  q: () => { one("#end")?.focus(); one("#end")?.scrollIntoView(); },
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
