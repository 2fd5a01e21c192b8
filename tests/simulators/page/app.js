// The page: who you are, where you are, what you write, and the live screen.
import { call, el, names } from "./dom.js";
import { forgetMessages, showMessages } from "./messages.js";
import { showModal } from "./modal.js";

const $ = (id) => document.getElementById(id);
const WAIT_MS = 20000;
const SEEN = "seen";

const state = {
  user: null, people: new Map(), channel: null, screen: null, app: null, seen: new Map(), watch: null, isAtEnd: true,
};

const SUGGESTIONS = [
  ["Ask for access", "/ask I need Figma for the website project"],
  ["My requests", "/desk mine"],
  ["Waiting for me", "/desk waiting"],
];

async function start() {
  const [people, app] = await Promise.all([call("GET", "/_simulator/users"), call("GET", "/_simulator/app")]);
  for (const person of people.answer.users) {
    names.set(person.id, person.real_name);
    state.people.set(person.id, person);
  }
  showApp(app.answer);
  const active = people.answer.users.filter((person) => !person.deleted);
  active.sort((one, other) => one.real_name.localeCompare(other.real_name));
  $("person").append(...active.map((person) => el("option", { value: person.id }, describe(person))));
  $("person").addEventListener("change", () => become($("person").value));
  window.addEventListener("hashchange", () => become(location.hash.slice(1)));
  become(state.people.has(location.hash.slice(1)) ? location.hash.slice(1) : "U0EMMA");
}

function describe(person) {
  const twin = [...state.people.values()].some((other) => other !== person && other.real_name === person.real_name);
  return person.real_name + (person.is_restricted ? " (guest)" : twin ? ` (${person.name})` : "");
}

function showApp({ app, links }) {
  state.app = app;
  const own = [["What was sent and received", "/_simulator/requests-log"], ["Faults that are switched on", "/_simulator/faults"]];
  const all = [...own, ...links.map((link) => [link.name, link.url])];
  $("links").replaceChildren(...all.map(([name, url]) => el("li", {}, el("a", { href: url, target: "_blank", rel: "noopener" }, name))));
  const commands = app?.commands ?? ["/ask", "/desk"];
  const fitting = SUGGESTIONS.filter(([, text]) => commands.includes(text.split(" ")[0]));
  const shortcuts = (app?.shortcuts ?? []).filter((shortcut) => !shortcut.on_message);
  $("suggestions").replaceChildren(
    ...fitting.map(([name, text]) => el("button", { type: "button", class: "chip", title: text, onclick: () => suggest(text) }, name)),
    ...shortcuts.map((shortcut) => el("button", { type: "button", class: "chip", onclick: () => use(shortcut) }, `⚡ ${shortcut.name}`)));
  say(app ? "" : "No application is connected yet: messages go nowhere.");
}

function suggest(text) {
  $("composer").value = text;
  grow();
  $("composer").focus();
}

function say(text) {
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

function become(user) {
  const person = state.people.get(user);
  if (!person || state.user === user) return;
  Object.assign(state, { user, channel: person.dm, screen: null });
  $("person").value = user;
  $("person-title").textContent = person.title || "Guest";
  history.replaceState(null, "", `#${user}`);
  forgetMessages($("messages"));
  showModal(user, []);
  state.watch?.abort();
  state.watch = new AbortController();
  watch(user, state.watch.signal);
}

async function watch(user, signal) {
  for (let version = 0; !signal.aborted;) {
    try {
      const path = `/_simulator/screen?user=${user}&version=${version}&wait_ms=${WAIT_MS}`;
      const response = await fetch(path, { signal });
      if (response.status === 204) continue;
      if (!response.ok) throw new Error(`status ${response.status}`);
      const screen = await response.json();
      version = screen.version;
      if (!signal.aborted) await show(screen);
    } catch (why) {
      if (signal.aborted) return;
      say("The simulator does not answer. Trying again …");
      await new Promise((done) => { setTimeout(done, 1000); });
      version = 0;
    }
  }
}

async function show(screen) {
  const first = state.screen === null;
  state.screen = screen;
  if (JSON.stringify(screen.app) !== JSON.stringify(state.app) || !$("banner").hidden) {
    showApp((await call("GET", "/_simulator/app")).answer);
  }
  if (first && state.seen.size === 0) state.seen = seenBefore(screen.inboxes);
  showConversations();
  showNews();
  showConversation(first);
  showModal(state.user, screen.views);
}

function conversations() {
  return [{ id: state.screen.dm, name: "Countersign" }, ...state.screen.channels.map(({ id, name }) => ({ id, name: `# ${name}` }))];
}

function showConversations() {
  const focused = document.activeElement?.dataset?.channel;
  $("conversations").replaceChildren(...conversations().map(({ id, name }) => el("li", {}, el("button", {
    type: "button", "data-channel": id, "data-testid": "conversation", "aria-current": id === state.channel ? "true" : null,
    onclick: () => open(id),
  }, name))));
  if (focused) document.querySelector(`[data-channel="${focused}"]`)?.focus();
}

function open(channel) {
  state.channel = channel;
  forgetMessages($("messages"));
  showConversations();
  showConversation(true);
}

function showConversation(toEnd) {
  const isDirect = state.channel === state.screen.dm;
  const { name } = conversations().find(({ id }) => id === state.channel);
  $("conversation-title").textContent = name;
  $("conversation-note").textContent = isDirect
    ? "Your conversation with the service desk. Only you see it." : "Everyone here reads along. What you write mentions @Countersign.";
  $("composer").placeholder = isDirect ? "Say what you need" : "Write to @Countersign";
  const list = $("messages");
  const here = state.screen.messages.filter((message) => message.channel === state.channel);
  const shortcuts = state.app?.shortcuts ?? [];
  const added = showMessages(list, here, press, shortcuts, use);
  list.classList.toggle("empty", here.length === 0);
  if (toEnd || (added && state.isAtEnd)) list.scrollTop = list.scrollHeight;
}

// Whoever reads the end goes on reading it, whatever comes or takes room.
function followEnd(list) {
  list.addEventListener("scroll", () => { state.isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80; });
  new ResizeObserver(() => { if (state.isAtEnd) list.scrollTop = list.scrollHeight; }).observe(list);
}

// Who else has got messages since this tab was opened, or since it last was that person.
function showNews() {
  const isFirst = state.seen.size === 0;
  for (const { user, count } of state.screen.inboxes) {
    if (user === state.user || isFirst) state.seen.set(user, count);
  }
  state.seen.set(state.user, state.seen.get(state.user) ?? 0);
  sessionStorage.setItem(SEEN, JSON.stringify([...state.seen]));
  const fresh = state.screen.inboxes.filter(({ user, count }) => count > (state.seen.get(user) ?? 0));
  $("news").hidden = fresh.length === 0;
  $("news-list").replaceChildren(...fresh.map(({ user, count }) => el("li", {}, el("button", {
    type: "button", "data-testid": "news", "data-user": user, onclick: () => become(user),
  }, `Be ${describe(state.people.get(user))} `, el("span", { class: "count" }, String(count - (state.seen.get(user) ?? 0)))))));
}

// A page that is loaded again goes on where it was; a simulator that began anew has fewer messages than were seen.
function seenBefore(inboxes) {
  const counts = new Map(inboxes.map(({ user, count }) => [user, count]));
  const seen = JSON.parse(sessionStorage.getItem(SEEN) ?? "[]");
  return seen.every(([user, count]) => count <= (counts.get(user) ?? 0)) ? new Map(seen) : new Map();
}

async function act(action, input) {
  const { status, answer } = await call("POST", `/_simulator/users/${state.user}/${action}`, input);
  say(status === 200 ? "" : answer.error ?? `That did not work (${status}).`);
  return status === 200;
}

function press(message, element, block, value) {
  return act("click", {
    channel: message.channel, ts: message.ts, action_id: element.action_id, block_id: block.block_id, value: value ?? element.value,
  });
}

function use(shortcut, message) {
  return act("shortcut", { callback_id: shortcut.callback_id, channel: message?.channel, ts: message?.ts });
}

async function write(event) {
  event.preventDefault();
  const text = $("composer").value.trim();
  if (!text) return;
  $("composer").value = "";
  grow();
  const command = /^(\/\S+)\s*([^]*)$/.exec(text);
  const sent = command
    ? act("command", { command: command[1], text: command[2], channel: state.channel })
    : act(state.channel === state.screen.dm ? "message" : "mention", { text, channel: state.channel });
  if (!(await sent)) suggest(text);
}

function grow() {
  const box = $("composer");
  box.rows = Math.min(8, Math.max(1, box.value.split("\n").length));
}

$("write").addEventListener("submit", write);
$("composer").addEventListener("input", grow);
$("composer").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("write").requestSubmit();
});
followEnd($("messages"));
start();
