// A row a series, a colour a state.
// Runs of one value, each until the next begins; a hole of more than two steps ends it.
function runs(points) {
  const step = Math.min(...points.slice(1).map(([at], i) => at - points[i][0]), Infinity);
  const found = [];
  for (const [at, value] of points) {
    const open = found.at(-1);
    if (open && open.value === value && at - open.to <= 2 * step) open.to = at + step;
    else found.push({ from: at, to: at + (Number.isFinite(step) ? step : 1), value });
  }
  return found;
}

function drawTimeline(panel, body, time) {
  const all = allSeries(panel).sort((a, b) => (panel.targets.length > 1 ? 0 : a.name.localeCompare(b.name)));
  if (!all.length) return false;
  const width = body.clientWidth,
    height = body.clientHeight - 44;
  const left = Math.min(280, 14 + 7.4 * Math.max(...all.map(({ name }) => name.length)));
  const row = Math.min(38, height / all.length);
  const at = (second) => left + ((second - time.start) / (time.end - time.start)) * (width - left);
  const box = svg("svg", { class: "timeline", width, height: height + 18 });
  const seen = new Map();
  all.forEach((one, i) => {
    const field = fieldOf(panel, one.name);
    box.append(svg("text", { x: left - 8, y: row * (i + 0.5) + 4, fill: "#ccccdc", "text-anchor": "end" }, one.name));
    for (const run of runs(one.points)) {
      const { text, colour: hue } = shown(field, run.value, time.end);
      if (field.color?.mode !== "fixed") seen.set(text, hue);
      const x = Math.max(at(run.from), left);
      box.append(
        svg("rect", {
          x,
          y: row * (i + 0.5 - panel.options.rowHeight / 2),
          width: Math.max(1, Math.min(at(run.to), width) - x),
          height: row * panel.options.rowHeight,
          fill: hue,
          "fill-opacity": 0.85,
        }),
      );
    }
  });
  for (let i = 0; i <= 6; ++i) {
    const second = time.start + (i * (time.end - time.start)) / 6;
    box.append(
      svg(
        "text",
        {
          x: Math.min(at(second), width - 28),
          y: height + 14,
          fill: "#8e8e99",
          "text-anchor": i ? "middle" : "start",
          "font-size": 11,
        },
        new Date(second * 1000).toISOString().slice(11, 19),
      ),
    );
  }
  body.append(box);
  legend(body, [...seen].sort());
  return true;
}
