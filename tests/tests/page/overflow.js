// What is wider than its place: the page itself, whatever scrolls sideways in it, and what sticks out of the window.
const wrong = [];
const name = (node) => `${node.tagName.toLowerCase()}${node.id && `#${node.id}`}.${node.className}`;
if (document.scrollingElement.scrollWidth > innerWidth) wrong.push(`the page: ${document.scrollingElement.scrollWidth}`);
for (const node of document.querySelectorAll("body *")) {
  if (!node.checkVisibility() || node.closest("option, .unseen, .skip")) continue;
  const style = getComputedStyle(node);
  const scrolls = style.overflowX !== "visible" && style.clipPath === "none" && !node.matches("input, select, textarea");
  if (scrolls && node.scrollWidth > node.clientWidth) wrong.push(`${name(node)}: ${node.scrollWidth} in ${node.clientWidth}`);
  const { left, right } = node.getBoundingClientRect();
  if (right > innerWidth + 0.5 || left < -0.5) wrong.push(`${name(node)}: from ${left} to ${right}`);
}
return wrong;
