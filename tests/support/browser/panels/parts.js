// What the drawings of panels share.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    name === "style" ? Object.assign(made.style, value) : made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function svg(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const allSeries = (panel) =>
  panel.targets.flatMap((target) => target.series.map((one) => ({ ...one, name: nameOf(target, one.labels) })));
const last = (points) => points.findLast(([, value]) => Number.isFinite(value))?.[1] ?? null;

// Gives the height that it takes at the foot of the panel.
function legend(body, entries) {
  const box = element(
    "div",
    { class: "legend" },
    ...entries.map(([name, hue]) => element("span", {}, element("i", { style: { background: hue } }), name)),
  );
  body.append(box);
  return box.offsetHeight;
}
