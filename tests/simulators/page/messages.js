// The messages of one conversation; only those that changed are drawn again, so focus stays where it is.
import { el, names } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { mrkdwn, typedNodes } from "./mrkdwn.js";

const BOT = "U0COUNTERSIGN";

const drawn = new Map();

function author(message) {
  if (message.user === BOT) return "Countersign";
  if (message.user === "USLACKBOT") return "Slackbot";
  return names.get(message.user) ?? message.user;
}

function initials(name) {
  return name.split(" ").map((part) => part[0]).slice(0, 2).join("");
}

function body(message, press) {
  const blocks = message.blocks.filter((block) => block.type !== "rich_text");
  if (blocks.length) return drawBlocks(blocks, (element, block, value) => press(message, element, block, value));
  const isTyped = names.has(message.user);
  return [el("div", { class: "section-text" }, isTyped ? typedNodes(message.text) : mrkdwn(message.text))];
}

function draw(message, press, shortcuts, use) {
  const name = author(message);
  const at = new Date(Number(message.ts) * 1000);
  const isApp = message.user === BOT || message.user === "USLACKBOT";
  const time = el("time", { datetime: at.toISOString() }, at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }));
  const head = el("p", { class: "message-head" },
    el("strong", {}, name), isApp ? el("span", { class: "badge" }, "APP") : null, time,
    message.edits.length ? el("span", { class: "edited" }, "(edited)") : null);
  const only = message.ephemeral_to ? el("p", { class: "only-you" }, "Only visible to you") : null;
  const more = shortcuts.filter((shortcut) => shortcut.on_message).map((shortcut) => el("button",
    { type: "button", class: "quiet", onclick: () => use(shortcut, message) }, shortcut.name));
  return el("li", {
    class: `message ${isApp ? "from-app" : ""}`, tabindex: "-1", "data-testid": "message", "data-ts": message.ts,
    "data-user": message.user,
  },
  el("span", { class: "avatar", "aria-hidden": "true" }, initials(name)),
  el("div", { class: "message-body" }, only, head, body(message, press), more.length ? el("div", { class: "message-more" }, more) : null));
}

/** Shows these messages in `list`, in order; `true` when one was added. */
export function showMessages(list, messages, press, shortcuts, use) {
  const wanted = new Set(messages.map((message) => message.ts));
  for (const [ts, known] of drawn) {
    if (wanted.has(ts)) continue;
    known.node.remove();
    drawn.delete(ts);
  }
  let added = false;
  messages.forEach((message, index) => {
    const print = JSON.stringify(message);
    const known = drawn.get(message.ts);
    if (known?.print !== print) {
      added ||= !known;
      replace(known?.node, draw(message, press, shortcuts, use), (node) => drawn.set(message.ts, { print, node }));
    }
    const { node } = drawn.get(message.ts);
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  return added;
}

// When the pressed button disappears with its card, focus goes to the card that says what happened.
function replace(before, after, keep) {
  const hadFocus = before?.contains(document.activeElement);
  before?.replaceWith(after);
  keep(after);
  if (hadFocus) after.focus();
}

/** Forgets everything that is shown, for another person or conversation. */
export function forgetMessages(list) {
  drawn.clear();
  list.replaceChildren();
}
