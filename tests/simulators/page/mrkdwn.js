// Slack's mrkdwn, as nodes: bold, italic, struck, code, links, mentions, quotes, dates, escaped entities.
import { el, names } from "./dom.js";

const EMOJI = {
  white_check_mark: "✅", x: "❌", hourglass: "⌛", hourglass_flowing_sand: "⏳", warning: "⚠️", lock: "🔒",
  unlock: "🔓", bell: "🔔", rotating_light: "🚨", mag: "🔍", memo: "📝", calendar: "📅", clock1: "🕐",
  arrow_right: "➡️", thumbsup: "👍", thumbsdown: "👎", tada: "🎉", key: "🔑", speech_balloon: "💬",
  information_source: "ℹ️", no_entry: "⛔", heavy_check_mark: "✔️", raised_hand: "✋", wave: "👋",
};

// What an application puts after a mark that is to be read as a character.
const NO_EMPHASIS = "\u200b";

const SPANS = [
  ["```", "pre", false], ["`", "code", false], ["*", "strong", true], ["_", "em", true], ["~", "s", true],
];

/** The text without Slack's three entities. */
export function unescaped(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Nodes for a `plain_text` or `mrkdwn` object. */
export function textNodes(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : [emojis(unescaped(object.text))];
}

/** Nodes for what a person typed: mentions and links act, nothing else does. */
export function typedNodes(text) {
  return inline(text, angle);
}

/** Nodes for mrkdwn, quoted lines included. */
export function mrkdwn(text) {
  const nodes = [];
  let quote = null;
  for (const line of splitLines(text)) {
    const [mark] = /^(&gt;|>)?/.exec(line);
    const content = inline(mark ? line.slice(mark.length).trimStart() : line);
    if (mark) {
      if (!quote) nodes.push(quote = el("blockquote"));
      quote.append(...(quote.hasChildNodes() ? [el("br")] : []), ...content);
    } else {
      if (nodes.length && !isBlock(nodes.at(-1))) nodes.push(el("br"));
      nodes.push(...content);
      quote = null;
    }
  }
  return nodes;
}

// What stands on lines of its own needs no line break after it.
function isBlock(node) {
  return node.nodeName === "PRE" || node.nodeName === "BLOCKQUOTE";
}

// Blocks of code keep their line breaks, so they count as one line here.
function splitLines(text) {
  const lines = [];
  text.split("```").forEach((piece, index) => {
    const parts = index % 2 ? [`\`\`\`${piece}\`\`\``] : piece.split("\n");
    if (lines.length) lines[lines.length - 1] += parts.shift();
    lines.push(...parts);
  });
  return lines;
}

function inline(text, find = (whole, at) => span(whole, at) ?? angle(whole, at)) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(emojis(unescaped(plain)));
    plain = "";
  };
  for (let at = 0; at < text.length;) {
    const found = find(text, at);
    if (!found) {
      plain += text[at];
      at += 1;
      continue;
    }
    flush();
    nodes.push(found.node);
    at = found.end;
  }
  flush();
  return nodes;
}

function span(text, at) {
  for (const [mark, tag, nested] of SPANS) {
    if (!text.startsWith(mark, at) || text[at + mark.length] === NO_EMPHASIS) continue;
    const from = at + mark.length;
    const end = closing(text, mark, from);
    const inner = text.slice(from, end);
    const before = text[at - 1] ?? " ";
    const after = text[end + mark.length] ?? " ";
    if (end <= from || (nested && !isMarked(inner, before, after))) continue;
    const children = nested ? inline(inner) : [unescaped(inner)];
    return { node: el(tag, {}, children), end: end + mark.length };
  }
  return null;
}

function closing(text, mark, from) {
  let end = text.indexOf(mark, from);
  while (end >= 0 && text[end + mark.length] === NO_EMPHASIS) end = text.indexOf(mark, end + mark.length);
  return end;
}

function isMarked(inner, before, after) {
  return !inner.includes("\n") && inner === inner.trim() && !/[\p{L}\p{N}]/u.test(before + after);
}

function angle(text, at) {
  if (text[at] !== "<") return null;
  const end = text.indexOf(">", at);
  if (end < 0) return null;
  const [target, ...rest] = text.slice(at + 1, end).split("|");
  const label = rest.length ? unescaped(rest.join("|")) : null;
  return { node: reference(unescaped(target), label), end: end + 1 };
}

function reference(target, label) {
  if (target.startsWith("@")) return mention(`@${names.get(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${label ?? target.slice(1)}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!")) return mention(`@${label ?? target.slice(1)}`);
  if (/^(https?|mailto):/.test(target)) {
    return el("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, label ?? target);
  }
  return document.createTextNode(label ?? target);
}

function mention(text) {
  return el("span", { class: "mention" }, text);
}

function date(target, label) {
  const [, seconds, format] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return document.createTextNode(label ?? target);
  const day = (options) => at.toLocaleDateString("en-GB", options);
  const written = (format ?? "{date} {time}")
    .replace(/\{date_(?:num)\}/g, at.toISOString().slice(0, 10))
    .replace(/\{date_short(?:_pretty)?\}/g, day({ day: "numeric", month: "short", year: "numeric" }))
    .replace(/\{date_long(?:_pretty)?\}/g, day({ weekday: "long", day: "numeric", month: "long", year: "numeric" }))
    .replace(/\{date(?:_pretty)?\}/g, day({ day: "numeric", month: "long", year: "numeric" }))
    .replace(/\{time(_secs)?\}/g, at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }));
  return el("time", { datetime: at.toISOString() }, written);
}

function emojis(text) {
  return document.createTextNode(text.replace(/:([a-z0-9_]+):/g, (whole, name) => EMOJI[name] ?? whole));
}
