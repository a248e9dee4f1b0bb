// What is cut off, runs into something else, or makes the page wider than the window. Gives sentences; none is well.
() => {
  const wrong = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) wrong.push(`${wide} px too wide`);
  const words = (element) => element.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest(".visually-hidden, .skip, .brand-name");
  const inBar = (element) => element.closest(".top, .places");

  for (const element of document.querySelectorAll("body *")) {
    if (!seen(element) || element.closest("svg, input, select, textarea, .scroll, iframe")) continue;
    const style = getComputedStyle(element);
    const cuts = [style.overflowX, style.overflowY].some((way) => way === "hidden" || way === "clip");
    if (cuts && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)) {
      wrong.push(`cut: ${words(element)}`);
    }
  }

  const lines = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || !seen(parent) || inBar(parent) || parent.closest("svg, option, textarea, .scroll")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 1) lines.push({ box, parent, text: node.data.trim().slice(0, 30) });
      if (box.right > window.innerWidth + 1 || box.left < -1) wrong.push(`outside: ${node.data.trim().slice(0, 40)}`);
    }
  }
  lines.sort((one, other) => one.box.top - other.box.top);
  for (let at = 0; at < lines.length; at += 1) {
    const { box: one, text } = lines[at];
    for (let next = at + 1; next < lines.length && lines[next].box.top < one.bottom - 4; next += 1) {
      const other = lines[next].box;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 2 && down > Math.min(one.height, other.height) / 2) wrong.push(`over each other: ${text} / ${lines[next].text}`);
    }
  }
  return [...new Set(wrong)];
}
