// One number or word, coloured by its threshold or mapping, with its past behind it.
function drawStat(panel, body, time) {
  const series = allSeries(panel)[0];
  const field = panel.fieldConfig.defaults;
  const { text, colour: hue } = shown(field, series ? last(series.points) : null, time.end);
  const filled = panel.options.colorMode === "background" && series;
  const words = panel.options.textMode === "name" && series ? series.name : text;
  const size = Math.min(34, (body.parentElement.clientWidth * 1.45) / Math.max(words.length, 4));
  const box = element("div", {
    class: filled ? "stat on-colour" : "stat",
    style: { color: filled ? "#fff" : hue, fontSize: `${size}px` },
  });
  if (filled) body.parentElement.style.background = `linear-gradient(120deg, ${hue}cc, ${hue}88)`;
  if (panel.options.graphMode === "area" && series?.points.length > 1) box.append(spark(series.points));
  box.append(element("span", {}, words));
  body.parentElement.append(box);
  return Boolean(series);
}

function spark(points) {
  const values = points.map(([, value]) => (Number.isFinite(value) ? value : 0));
  const top = Math.max(...values, 1e-9);
  const line = values.map((value, i) => `${(100 * i) / (values.length - 1)},${40 - (36 * value) / top}`).join(" ");
  const drawn = svg("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none" });
  drawn.append(svg("polygon", { points: `0,40 ${line} 100,40`, fill: "#fff" }));
  return drawn;
}
