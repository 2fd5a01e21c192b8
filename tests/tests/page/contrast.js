// Every text that is seen, against what is behind it: how many there are, and those below WCAG 2.2 AA (1.4.3).
const LARGE_PX = 24;
const LARGE_BOLD_PX = 18.66;

const parse = (color) => {
  const numbers = color.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
  const [r, g, b, a = 1] = color.startsWith("color(") ? [...numbers.slice(0, 3).map((part) => part * 255), ...numbers.slice(3)] : numbers;
  return { r, g, b, a };
};
const over = (top, below) => {
  const mix = (part) => top[part] * top.a + below[part] * (1 - top.a);
  return { r: mix("r"), g: mix("g"), b: mix("b"), a: 1 };
};
const luminance = ({ r, g, b }) => {
  const [red, green, blue] = [r, g, b].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const ratio = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

// A dialog stands above the page, so what it does not cover by itself is not looked for.
const behind = (node) => {
  const layers = [];
  for (let at = node; at; at = at.parentElement) {
    const layer = parse(getComputedStyle(at).backgroundColor);
    layers.push(layer);
    if (layer.a === 1) break;
  }
  return layers.reverse().reduce((below, layer) => over(layer, below), { r: 255, g: 255, b: 255, a: 1 });
};

const seen = { count: 0, wrong: [] };
const look = (text, node, pseudo) => {
  const style = getComputedStyle(node, pseudo);
  let color = parse(style.color);
  for (let at = node; at; at = at.parentElement) color = { ...color, a: color.a * Number(getComputedStyle(at).opacity) };
  const ground = behind(node);
  const size = Number.parseFloat(style.fontSize);
  const isLarge = size >= LARGE_PX || (size >= LARGE_BOLD_PX && Number(style.fontWeight) >= 700);
  const found = ratio(over(color, ground), ground);
  seen.count += 1;
  if (found < (isLarge ? 3 : 4.5)) seen.wrong.push(`${found.toFixed(2)} ${style.color} "${text.trim().slice(0, 40)}"`);
};

const root = document.querySelector("dialog[open]") ?? document.body;
const isSeen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const { textContent: text, parentElement: node } = walker.currentNode;
  if (text.trim() && isSeen(node) && !node.closest("option, .unseen")) look(text, node);
}
for (const node of root.querySelectorAll("input, textarea, select")) {
  if (!isSeen(node)) continue;
  look(node.value || node.id, node);
  if (node.placeholder) look(node.placeholder, node, "::placeholder");
}
for (const node of root.querySelectorAll("*")) {
  if (isSeen(node) && !/^(none|normal)$/.test(getComputedStyle(node, "::before").content)) look("::before", node, "::before");
}
return seen;
