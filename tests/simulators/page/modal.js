// The modal in front: drawn in a dialog that holds the focus, filled in, submitted, closed.
import { call, el, freshId } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { complaint, control, restore } from "./inputs.js";
import { textNodes } from "./mrkdwn.js";

let shown = null;

/** Shows the modal in front of this person, if there is one. */
export function showModal(user, views) {
  const view = views.at(-1);
  if (!view) return hide();
  const print = JSON.stringify([user, view]);
  if (shown?.print === print) return undefined;
  const kept = shown?.id === view.id ? values(shown) : {};
  const draft = shown?.id === view.id ? shown.opener : document.activeElement;
  hide(true);
  shown = draw(user, view, views.length > 1);
  Object.assign(shown, { print, id: view.id, opener: draft });
  keep(shown, kept);
  document.body.append(shown.dialog);
  shown.dialog.showModal();
  if (view.trouble || Object.keys(view.errors).length) complain(shown, view.errors, view.trouble);
  else focusFirst(shown);
  return undefined;
}

function hide(again = false) {
  if (!shown) return;
  const { dialog, opener } = shown;
  shown = null;
  dialog.remove();
  if (again) return;
  (opener?.isConnected && opener !== document.body ? opener : document.getElementById("composer")).focus();
}

function focusFirst({ inputs, dialog }) {
  const first = inputs[0]?.control.focus ?? dialog.querySelector("button");
  first?.focus();
}

function values({ inputs }) {
  const all = {};
  for (const { block, control: entry } of inputs) {
    all[block.block_id] = { [block.element.action_id]: entry.read() };
  }
  return all;
}

function keep({ inputs }, kept) {
  for (const { block, control: entry } of inputs) {
    restore(entry, kept[block.block_id]?.[block.element.action_id]);
  }
}

function draw(user, { id, view }, isStacked) {
  const titleId = freshId();
  const state = { inputs: [], busy: false };
  const path = (action) => `/_simulator/users/${user}/${action}`;
  const press = (element, block, value) => call("POST", path("click"), {
    view_id: id, action_id: element.action_id, block_id: block.block_id, value: value ?? element.value, values: values(state),
  });
  const content = view.blocks.flatMap((block) => (block.type === "input" ? [input(block, state)] : drawBlocks([block], press)));
  const trouble = el("p", { class: "modal-trouble", role: "alert", hidden: true });
  const close = () => { if (!state.busy) call("POST", path("close"), { view_id: id }); };
  const submit = view.submit
    ? el("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, textNodes(view.submit)) : null;
  const dismiss = el("button", { type: "button", class: "button", "data-testid": "modal-close", onclick: close },
    view.close ? textNodes(view.close) : isStacked ? "Back" : "Close");
  const form = el("form", { novalidate: true, autocomplete: "off" },
    el("h2", { id: titleId }, textNodes(view.title)), el("div", { class: "modal-content" }, trouble, content),
    el("div", { class: "dialog-actions" }, dismiss, submit));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(state, path("submit"), id, submit);
  });
  const dialog = el("dialog", { class: "modal", "aria-labelledby": titleId, "data-testid": "modal", "data-callback": view.callback_id }, form);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  dialog.addEventListener("keydown", (event) => holdFocus(dialog, event));
  return Object.assign(state, { dialog, trouble });
}

function input(block, state) {
  const [labelId, hintId, errorId, inputId] = [freshId(), freshId(), freshId(), freshId()];
  const described = [block.hint ? hintId : null, errorId].filter(Boolean).join(" ");
  const entry = control(block.element, { id: inputId, "aria-describedby": described, "aria-required": String(!block.optional), "aria-labelledby": labelId });
  if (!entry) return el("p", { class: "block-unknown" }, `[${block.element.type}]`);
  const error = el("p", { id: errorId, class: "input-error", hidden: true });
  state.inputs.push({ block, control: entry, error });
  return el("div", { class: "input", "data-block": block.block_id },
    el("label", { id: labelId, for: inputId }, textNodes(block.label), block.optional ? el("span", { class: "optional" }, " (optional)") : null),
    entry.node, error, block.hint ? el("p", { id: hintId, class: "hint" }, textNodes(block.hint)) : null);
}

async function send(state, path, id, button) {
  if (state.busy) return;
  const wrong = {};
  for (const { block, control: entry } of state.inputs) {
    const why = complaint(block, entry.read());
    if (why) wrong[block.block_id] = why;
  }
  complain(state, wrong, null);
  if (Object.keys(wrong).length) return;
  state.busy = true;
  button?.setAttribute("aria-busy", "true");
  const { status, answer } = await call("POST", path, { view_id: id, values: values(state) });
  state.busy = false;
  button?.removeAttribute("aria-busy");
  if (status !== 200) complain(state, {}, answer.error ?? "This could not be sent.");
}

function complain({ inputs, trouble }, errors, general) {
  trouble.textContent = general ?? "";
  trouble.hidden = !general;
  let first = null;
  for (const { block, control: entry, error } of inputs) {
    const why = errors[block.block_id];
    error.textContent = why ?? "";
    error.hidden = !why;
    entry.focus.toggleAttribute("aria-invalid", Boolean(why));
    if (why) entry.focus.setAttribute("aria-invalid", "true");
    first ??= why ? entry.focus : null;
  }
  first?.focus();
}

function holdFocus(dialog, event) {
  if (event.key !== "Tab") return;
  const all = [...dialog.querySelectorAll("input, select, textarea, button, a[href]")].filter(isReached);
  const [first, last] = [all[0], all.at(-1)];
  const leaving = event.shiftKey ? document.activeElement === first : document.activeElement === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}

// Of the radio buttons of one group, Tab reaches the chosen one only.
function isReached(node) {
  if (node.disabled) return false;
  if (node.type !== "radio" || node.checked) return true;
  const group = [...node.closest("[role=radiogroup]").querySelectorAll("input")];
  return node === document.activeElement || !group.some((other) => other.checked);
}
