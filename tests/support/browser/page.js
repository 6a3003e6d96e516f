// The page: a header, and every panel where the dashboard has it. A drawing function gets the panel with its data and the element to
// draw in, and gives false when there is nothing to draw.
const GAP = 8;
const CELL = 30;

const DRAW = {
  stat: drawStat,
  timeseries: drawTimeseries,
  "state-timeline": drawTimeline,
  heatmap: drawHeatmap,
  table: drawTable,
  bargauge: drawBars,
};

function header(dashboard) {
  const chosen = dashboard.templating.list
    .filter(({ type, hide }) => type === "query" && !hide)
    .map(({ label, name }) =>
      element(
        "span",
        { class: "variable" },
        element("b", {}, label),
        dashboard.values[name] === ".+" ? "All" : dashboard.values[name],
      ),
    );
  const minutes = Math.round((dashboard.time.end - dashboard.time.start) / 60);
  return element(
    "header",
    {},
    element("h1", {}, dashboard.title),
    ...chosen,
    element("span", { class: "range" }, `last ${minutes === 1 ? "minute" : `${minutes} minutes`}, UTC`),
  );
}

// Draws the whole dashboard; gives the titles of the panels that had nothing to draw, and no words for that.
window.draw = (dashboard) => {
  const main = element("main");
  document.body.append(header(dashboard), main);
  const column = (main.clientWidth + GAP) / 24;
  const empty = [];
  for (const panel of dashboard.panels) {
    const { x, y, w, h } = panel.gridPos;
    const box = element("section", {
      class: panel.type === "row" ? "row" : "panel",
      style: {
        left: `${x * column}px`,
        top: `${y * (CELL + GAP)}px`,
        width: `${w * column - GAP}px`,
        height: `${h * (CELL + GAP) - GAP}px`,
      },
    });
    main.append(box);
    if (panel.type === "row") {
      box.append(panel.title);
      continue;
    }
    const body = element("div", { class: "body" });
    box.append(element("h2", {}, panel.title), body);
    panel.annotations = dashboard.annotations;
    if (DRAW[panel.type](panel, body, dashboard.time)) continue;
    const { noValue } = panel.fieldConfig.defaults;
    if (panel.type !== "stat") body.append(element("div", { class: "nothing" }, noValue ?? "No data"));
    if (!noValue || noValue === "-") empty.push(panel.title);
  }
  main.style.height = `${Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * (CELL + GAP)}px`;
  return empty;
};
