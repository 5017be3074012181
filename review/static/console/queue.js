// The queue by keyboard: one key for each verdict, the next case already there.

const queue = document.getElementById("queue");
const place = document.getElementById("case");
const said = document.getElementById("said");
const keys = document.getElementById("keys");
const KEEP_EVERY_MS = 60_000;
const KEYS_OFF = "narcowatch.keys.off"; // in the memory of this browser

let next = null; // a promise of the page of the case after this one
let ours = null; // that case: where to say that it is looked at, and until when it is ours
let looked = 0; // milliseconds that this case was looked at, while the page was seen
let since = document.hidden ? null : performance.now();

function lookedAt() {
  return looked + (since === null ? 0 : performance.now() - since);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    looked = lookedAt();
    since = null;
  } else {
    since = performance.now();
  }
});

function token() {
  return document.querySelector("input[name=csrfmiddlewaretoken]").value;
}

function say(text, kind) {
  const line = document.createElement("p");
  line.className = `said ${kind}`;
  line.textContent = text;
  said.replaceChildren(line);
}

async function post(address, data, accept) {
  const body = new URLSearchParams(data);
  body.set("csrfmiddlewaretoken", token());
  const headers = { Accept: accept };
  return fetch(address, { method: "POST", body, headers, redirect: "error" });
}

// Only pieces of pages from our own server come here; they hold collected text escaped.
async function ahead() {
  const article = place.querySelector("article");
  if (!article) return null;
  const answer = await post(queue.dataset.ahead, { case: article.dataset.case }, "text/html");
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector("article");
  ours = found && { keep: found.dataset.keep, until: leased() };
  return [...page.body.childNodes];
}

function fetchAhead() {
  ours = null;
  next = ahead().catch(() => null);
}

// A minute less than the server gives, for what the way there takes.
function leased() {
  return performance.now() + (Number(queue.dataset.lease) - 60) * 1000;
}

// Whether the case that was fetched is still ours; while nobody looked, it may have gone to others.
async function stillOurs() {
  if (!ours || performance.now() < ours.until) return true;
  const answer = await post(ours.keep, {}, "application/json").catch(() => null);
  return Boolean(answer && answer.ok);
}

// Seconds that the server gives, counted by a clock that nobody sets.
let undoUntil = performance.now() + 1000 * Number(document.getElementById("undo")?.dataset.left || 0);

function showUndo(left) {
  undoUntil = performance.now() + 1000 * left;
  tick();
}

function tick() {
  const form = document.getElementById("undo");
  if (!form) return;
  const left = Math.ceil((undoUntil - performance.now()) / 1000);
  form.hidden = left <= 0;
  form.querySelector("output").textContent = left > 0 ? String(left) : "";
}

async function send(form, submitter) {
  const data = new FormData(form);
  data.set("seconds", String(Math.round(lookedAt() / 1000)));
  const address = (submitter && submitter.getAttribute("formaction")) || form.action;
  const problem = form.querySelector(".problem");
  problem.hidden = true;
  form.setAttribute("aria-busy", "true");
  let answer, told;
  try {
    answer = await post(address, data, "application/json");
    told = await answer.json();
  } catch (error) {
    problem.textContent = String(error.message || error);
    problem.hidden = false;
    return;
  } finally {
    form.removeAttribute("aria-busy");
  }
  if (!answer.ok) {
    problem.textContent = told.said;
    problem.hidden = false;
    return;
  }
  say(told.said, "success");
  showUndo(told.undo_left);
  await goOn();
}

async function goOn() {
  place.inert = true; // what is typed until the next case is there is meant for neither
  const nodes = await next;
  if (!nodes || !(await stillOurs())) {
    location.reload();
    return;
  }
  place.replaceChildren(...nodes);
  place.inert = false;
  looked = 0;
  since = document.hidden ? null : performance.now();
  window.scrollTo(0, 0);
  document.getElementById("main").focus({ preventScroll: true });
  fetchAhead();
}

function typing(element) {
  return element.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

function act(element) {
  if (element.matches("textarea")) {
    element.focus();
  } else if (element.matches("input[type=radio]")) {
    element.checked = true;
    element.focus();
    afterChoice(element);
  } else {
    element.click();
  }
}

// What a verdict still needs is where the cursor goes.
function afterChoice(element) {
  const form = element.closest("form");
  if (element.name === "verdict" && element.value !== "confirm") {
    form.elements.reason.focus();
  }
}

// Keys as they are on the keyboard: with a Cyrillic layout, too, where C is no letter that comes.
function namesOf(event) {
  const place = /^(?:Key|Digit)(.)$/.exec(event.code);
  return place && !event.shiftKey ? [event.key, place[1].toLowerCase()] : [event.key.toLowerCase()];
}

function withKey(event) {
  for (const name of namesOf(event)) {
    const element = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
    if (element && !element.closest("[hidden]")) return element;
  }
  return null;
}

// Whoever speaks to the machine, or types by mistake, can switch single keys off (WCAG 2.1.4).
const switched = document.getElementById("single-keys");

function showSwitched() {
  const off = localStorage.getItem(KEYS_OFF) !== null;
  document.documentElement.dataset.keys = off ? "off" : "on";
  if (switched) switched.checked = !off;
}

switched?.addEventListener("change", () => {
  if (switched.checked) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
  showSwitched();
});
showSwitched();

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (place?.inert) return;
  if (key === "Escape" && typing(target)) {
    target.blur();
    return;
  }
  if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = target.closest("form") || place?.querySelector("form.verdict");
    form?.requestSubmit(form.querySelector("button.main") || undefined);
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || keys?.open) return;
  if (document.documentElement.dataset.keys === "off") return;
  const element = withKey(event);
  if (!element) return;
  event.preventDefault();
  act(element);
});

document.addEventListener("submit", (event) => {
  if (!queue || !event.target.matches("form.verdict")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  if (event.target.closest(".show-keys")) keys.showModal();
  const shot = event.target.closest("button.shot");
  if (shot) {
    const seen = shot.classList.toggle("seen");
    shot.setAttribute("aria-pressed", String(seen));
  }
});

// Somebody who touches nothing for as long as a case is kept has gone: the case is others', and the
// session ends in its time.
let touched = performance.now();
for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) {
  document.addEventListener(kind, () => { touched = performance.now(); }, { passive: true });
}

async function keep() {
  const article = place?.querySelector("article");
  if (!article || document.hidden) return;
  if (performance.now() - touched > Number(queue.dataset.lease) * 1000) return;
  const answer = await post(article.dataset.keep, {}, "application/json").catch(() => null);
  if (answer && answer.status === 409) say((await answer.json()).said, "error");
  const fetched = ours;
  if (!fetched) return;
  const kept = await post(fetched.keep, {}, "application/json").catch(() => null);
  if (kept && kept.ok) fetched.until = leased();
  else if (kept && fetched === ours) fetchAhead(); // somebody else has it: another one
}

tick();
setInterval(tick, 1000);
if (queue) {
  fetchAhead();
  setInterval(keep, KEEP_EVERY_MS);
}
