// A bar a series, the longest first.
function drawBars(panel, body, time) {
  const all = allSeries(panel);
  if (!all.length) return false;
  const top = Math.max(...all.map(({ points }) => last(points)));
  for (const one of all) {
    const { text, colour: hue } = shown(panel.fieldConfig.defaults, last(one.points), time.end);
    body.append(
      element(
        "div",
        { class: "bar" },
        element("span", { class: "name" }, one.name),
        element(
          "div",
          { class: "track" },
          element("div", { style: { background: hue, width: `${(100 * last(one.points)) / top}%` } }),
        ),
        element("span", { class: "value", style: { color: hue } }, text),
      ),
    );
  }
  return true;
}
