// Block Kit, drawn: one function for each kind of block.
import { el, freshId } from "./dom.js";
import { control } from "./inputs.js";
import { textNodes, unescaped } from "./mrkdwn.js";

const STYLES = { primary: "primary", danger: "danger" };

/** Draws blocks; `press(element, block, value)` is called when a person acts on one. */
export function drawBlocks(blocks, press) {
  return blocks.map((block) => DRAW[block.type]?.(block, press) ?? unknown(block));
}

const DRAW = {
  header: (block) => el("h3", { class: "block-header" }, textNodes(block.text)),
  divider: () => el("hr"),
  section,
  context: (block) => el("div", { class: "block-context" }, block.elements.map((element) => el("span", {}, contextNodes(element)))),
  actions: (block, press) => el("div", { class: "block-actions" }, block.elements.map((element) => interactive(element, block, press))),
  image: (block) => el("p", { class: "block-image" }, `Image: ${block.alt_text}`),
};

function section(block, press) {
  const text = block.text ? el("div", { class: "section-text" }, textNodes(block.text)) : null;
  const fields = block.fields
    ? el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "field" }, textNodes(field)))) : null;
  const aside = block.accessory ? interactive(block.accessory, block, press) : null;
  return el("div", { class: "block-section" }, el("div", { class: "section-main" }, text, fields), aside);
}

function contextNodes(element) {
  return element.type === "image" ? [`[${element.alt_text}]`] : textNodes(element);
}

function interactive(element, block, press) {
  if (element.type === "image") return el("span", { class: "block-image" }, `Image: ${element.alt_text}`);
  if (element.type === "button") return button(element, block, press);
  const label = unescaped(element.placeholder?.text ?? "Choose");
  const drawn = control(element, { "aria-label": label });
  if (!drawn) return unknown(element);
  drawn.node.addEventListener("change", async () => {
    const value = drawn.read();
    if (value === null || !(await confirmed(element))) return;
    await press(element, block, value);
  });
  return drawn.node;
}

function button(element, block, press) {
  const node = el("button", {
    type: "button", class: `button ${STYLES[element.style] ?? ""}`, "data-action": element.action_id,
    "aria-label": element.accessibility_label,
  }, textNodes(element.text));
  node.addEventListener("click", async () => {
    if (node.getAttribute("aria-busy") || !(await confirmed(element))) return;
    if (/^https?:/.test(element.url ?? "")) window.open(element.url, "_blank", "noopener");
    node.setAttribute("aria-busy", "true");
    await press(element, block, undefined);
    node.removeAttribute("aria-busy");
  });
  return node;
}

function unknown(block) {
  return el("p", { class: "block-unknown" }, `[${block.type}]`);
}

/** Asks the question that the application put before this element. */
function confirmed(element) {
  if (!element.confirm) return Promise.resolve(true);
  const { title, text, confirm, deny, style } = element.confirm;
  const [titleId, textId] = [freshId(), freshId()];
  const yes = el("button", { class: `button ${STYLES[style] ?? "primary"}`, value: "yes", "data-testid": "confirm-yes" }, textNodes(confirm));
  const no = el("button", { class: "button", value: "no", "data-testid": "confirm-no" }, textNodes(deny));
  const dialog = el("dialog", { class: "confirm", "aria-labelledby": titleId, "aria-describedby": textId, "data-testid": "confirm" },
    el("h2", { id: titleId }, textNodes(title)), el("p", { id: textId }, textNodes(text)),
    el("div", { class: "dialog-actions" }, no, yes));
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("click", (event) => {
      const chosen = event.target.closest("button");
      if (chosen) dialog.close(chosen.value);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    no.focus();
  });
}
