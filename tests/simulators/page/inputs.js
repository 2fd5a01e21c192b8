// The controls of Block Kit that hold a value, for messages and for modals.
import { el, freshId, names } from "./dom.js";
import { textNodes, unescaped } from "./mrkdwn.js";

const plain = (object) => unescaped(object?.text ?? "");

function optionNodes(options, chosen) {
  return options.map((option) => el("option", { value: option.value, selected: option.value === chosen }, plain(option.text)));
}

function select(element, initial, attributes, placeholder) {
  const node = el("select", { ...attributes, "data-action": element.action_id });
  node.append(el("option", { value: "" }, plain(element.placeholder) || placeholder));
  if (element.option_groups) {
    node.append(...element.option_groups.map((group) => el("optgroup", { label: plain(group.label) }, optionNodes(group.options, initial))));
  } else {
    node.append(...optionNodes(element.options ?? [], initial));
  }
  return { node, focus: node, read: () => node.value || null };
}

function people(element, initial, attributes) {
  const options = [...names].map(([id, name]) => ({ value: id, text: { text: name } }));
  return select({ ...element, options }, initial, attributes, "Choose a person");
}

function boxes(element, initial, attributes, kind) {
  const name = freshId();
  const inputs = element.options.map((option) => {
    const checked = initial.some((chosen) => chosen.value === option.value);
    return el("input", { type: kind, name, value: option.value, checked, id: freshId() });
  });
  const rows = element.options.map((option, index) => el("label", { class: "box", for: inputs[index].id },
    inputs[index], el("span", {}, textNodes(option.text),
      option.description ? el("small", {}, textNodes(option.description)) : null)));
  const node = el("div", { ...attributes, role: kind === "radio" ? "radiogroup" : "group", class: "boxes", "data-action": element.action_id }, rows);
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return { node, focus: inputs.find((input) => input.checked && kind === "radio") ?? inputs[0], read: () => (kind === "radio" ? chosen()[0] ?? null : chosen()) };
}

function typed(element, attributes) {
  const shared = {
    ...attributes, placeholder: plain(element.placeholder) || null, "data-action": element.action_id,
    maxlength: element.max_length ?? 3000,
  };
  const node = element.multiline ? el("textarea", { ...shared, rows: 4 }) : el("input", { ...shared, type: "text" });
  node.value = element.initial_value ?? "";
  return { node, focus: node, read: () => node.value };
}

function dated(element, attributes) {
  const node = el("input", { ...attributes, type: "date", "data-action": element.action_id, value: element.initial_date });
  return { node, focus: node, read: () => node.value || null };
}

/** A control: its node, what to focus, and how to read it; nothing for elements without a value. */
export function control(element, attributes = {}) {
  switch (element.type) {
    case "plain_text_input": return typed(element, attributes);
    case "datepicker": return dated(element, attributes);
    case "static_select": return select(element, element.initial_option?.value, attributes, "Choose an option");
    case "overflow": return select(element, null, { ...attributes, "aria-label": "More actions" }, "More …");
    case "users_select": return people(element, element.initial_user, attributes);
    case "radio_buttons": return boxes(element, element.initial_option ? [element.initial_option] : [], attributes, "radio");
    case "checkboxes":
    case "multi_static_select": return boxes(allOptions(element), element.initial_options ?? [], attributes, "checkbox");
    case "multi_users_select": return boxes(everybody(element), (element.initial_users ?? []).map((value) => ({ value })), attributes, "checkbox");
    default: return null;
  }
}

function allOptions(element) {
  return { ...element, options: element.options ?? element.option_groups.flatMap((group) => group.options) };
}

function everybody(element) {
  const options = [...names].map(([value, text]) => ({ value, text: { type: "plain_text", text } }));
  return { ...element, options };
}

/** What Slack's own client finds wrong with a value, or nothing. */
export function complaint(block, value) {
  const isEmpty = value === null || value === "" || (Array.isArray(value) && value.length === 0);
  if (isEmpty) return block.optional ? null : "Please complete this required field.";
  const { min_length: least = 0, type } = block.element;
  if (type === "plain_text_input" && [...value].length < least) return `Please write at least ${least} characters.`;
  return null;
}

/** Puts back what a person had entered before the control was drawn again. */
export function restore(entry, value) {
  if (value === undefined) return;
  if (entry.node.matches("input, textarea, select")) {
    entry.node.value = value ?? "";
    return;
  }
  const chosen = [value].flat();
  entry.node.querySelectorAll("input").forEach((input) => { input.checked = chosen.includes(input.value); });
}
