// The last element that fits `inner` and reads `label`, inside the last place that fits `outer` and says `words`.
const [outer, words, inner, label, since] = arguments;

// Without what is never seen, by which applications keep marks from acting.
const text = (node) => node.textContent.replaceAll(/[\u200b\u2060]/g, "");
const says = (node) => words.every((word) => text(node).includes(word));
const reads = (node) => (node.getAttribute("aria-label") ?? text(node)).trim().includes(label);
// The options of a menu that is closed are drawn nowhere, and can be chosen all the same.
const isSeen = (node) => node.localName === "option" || node.checkVisibility();
const isNew = (node) => (node.dataset.ts ?? since) >= since;

const places = [...document.querySelectorAll(outer)].filter((node) => isNew(node) && says(node));
const found = [...(places.at(-1)?.querySelectorAll(inner) ?? [])].filter((node) => isSeen(node) && reads(node));
return found.at(-1) ?? null;
