// One drawing function a panel type. Each gets the panel with its data, and the element to draw in; false: there is nothing to draw.
const GAP = 8,
  CELL = 30;

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

function legend(body, entries) {
  body.append(
    element(
      "div",
      { class: "legend" },
      ...entries.map(([name, hue]) => element("span", {}, element("i", { style: { background: hue } }), name)),
    ),
  );
}

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
  return Boolean(series) || field.noValue !== "-";
}

function spark(points) {
  const values = points.map(([, value]) => (Number.isFinite(value) ? value : 0));
  const top = Math.max(...values, 1e-9);
  const line = values.map((value, i) => `${(100 * i) / (values.length - 1)},${40 - (36 * value) / top}`).join(" ");
  const drawn = svg("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none" });
  drawn.append(svg("polygon", { points: `0,40 ${line} 100,40`, fill: "#fff" }));
  return drawn;
}

const axisTime = (time) => ({
  type: "time",
  min: time.start * 1000,
  max: time.end * 1000,
  axisLabel: { color: "#8e8e99", fontSize: 11, hideOverlap: true },
  axisLine: { lineStyle: { color: "#2f3237" } },
  splitLine: { show: true, lineStyle: { color: "#22252b" } },
});

// As Grafana draws them: a stretch of samples is one mark, below the graph.
function marks(annotations, time) {
  return annotations.flatMap((one) =>
    one.series.flatMap(({ points }) => {
      const stretches = [];
      for (const [at] of points) {
        const open = stretches.at(-1);
        if (open && at - open[1] <= (time.end - time.start) / 60) open[1] = at;
        else stretches.push([at, at]);
      }
      // What never ends marks nothing.
      return stretches
        .filter(([from, to]) => to - from < 0.8 * (time.end - time.start))
        .map(([from, to]) => [
          { xAxis: from * 1000, itemStyle: { color: colour(one.iconColor), opacity: 0.7 } },
          { xAxis: to * 1000 },
        ]);
    }),
  );
}

function chart(body) {
  const box = element("div", { style: { position: "absolute", inset: "0 0 34px 0" } });
  body.append(box);
  return echarts.init(box, null, { renderer: "canvas" });
}

function drawTimeseries(panel, body, time) {
  const all = allSeries(panel);
  if (!all.length) return false;
  const hues = [];
  const series = all.map((one, i) => {
    const field = fieldOf(panel, one.name);
    const hue = field.color?.mode === "fixed" ? colour(field.color.fixedColor) : colour(PALETTE[i % PALETTE.length]);
    hues.push([one.name, hue]);
    const bars = field.custom.drawStyle === "bars";
    return {
      type: bars ? "bar" : "line",
      name: one.name,
      stack: field.custom.stacking?.mode === "normal" ? "all" : undefined,
      color: hue,
      showSymbol: false,
      barCategoryGap: "10%",
      step: field.custom.lineInterpolation === "stepAfter" ? "end" : undefined,
      lineStyle: { width: 1.4 * field.custom.lineWidth },
      areaStyle: bars ? undefined : { opacity: field.custom.fillOpacity / 100 },
      itemStyle: { opacity: 0.85 },
      data: gaps(one.points, time).map(([at, value]) => [at * 1000, Number.isFinite(value) ? value : null]),
    };
  });
  const field = panel.fieldConfig.defaults;
  if (field.custom.thresholdsStyle?.mode === "line") {
    const highest = Math.max(...all.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite));
    series[0].markLine = {
      symbol: "none",
      silent: true,
      label: { show: false },
      data: field.thresholds.steps
        .filter((step) => step.value !== null && step.value < 2 * highest)
        .map((step) => ({ yAxis: step.value, lineStyle: { color: colour(step.color), type: "dashed" } })),
    };
  }
  const whole = ["short", "cps"].includes(field.unit);
  chart(body).setOption({
    animation: false,
    grid: { left: 8, right: 12, top: 10, bottom: 12, containLabel: true },
    xAxis: axisTime(time),
    series: series.concat(eventSeries(panel.annotations, time)),
    yAxis: [
      {
        type: "value",
        min: field.min,
        max: field.max,
        minInterval: whole ? 1 : undefined,
        splitNumber: 4,
        axisLabel: { color: "#8e8e99", fontSize: 11, formatter: (value) => words(value, field.unit, time.end) },
        splitLine: { lineStyle: { color: "#22252b" } },
      },
      { type: "value", min: 0, max: 1, show: false, axisLabel: { show: false } },
    ],
  });
  legend(body, hues);
  return true;
}

// Samples that did not come are a gap, not a line.
function gaps(points, time) {
  const step = Math.max(1, ...points.slice(1, 3).map(([at], i) => at - points[i][0]));
  return points.flatMap((point, i) =>
    i > 0 && point[0] - points[i - 1][0] > 1.5 * step ? [[points[i - 1][0] + step, NaN], point] : [point],
  );
}

function eventSeries(annotations, time) {
  const data = marks(annotations, time).map(([from, to]) => [
    { ...from, yAxis: 0 },
    { ...to, yAxis: 0.02 },
  ]);
  return [{ type: "line", yAxisIndex: 1, data: [], markArea: { silent: true, data } }];
}

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
      const { text, colour: mapped } = shown(field, run.value, time.end);
      const hue = field.color?.mode === "fixed" ? colour(field.color.fixedColor) : mapped;
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

function drawHeatmap(panel, body, time) {
  const buckets = allSeries(panel).sort((a, b) => bound(a) - bound(b));
  const cells = [];
  buckets.forEach((bucket, i) => {
    const below = new Map(i ? buckets[i - 1].points : []);
    for (const [at, value] of bucket.points)
      if (value - (below.get(at) ?? 0) > 1e-9) cells.push([at, i, value - (below.get(at) ?? 0)]);
  });
  if (!cells.length) return false;
  const times = [...new Set(buckets.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  const column = new Map(times.map((at, i) => [at, i]));
  chart(body).setOption({
    animation: false,
    grid: { left: 8, right: 12, top: 10, bottom: 12, containLabel: true },
    xAxis: {
      type: "category",
      data: times.map((at) => new Date(at * 1000).toISOString().slice(11, 19)),
      axisLabel: { color: "#8e8e99", fontSize: 11, hideOverlap: true },
      axisLine: { lineStyle: { color: "#2f3237" } },
    },
    yAxis: {
      type: "category",
      data: buckets.map((one) => (Number.isFinite(bound(one)) ? words(bound(one), "s", time.end) : "more")),
      axisLabel: { color: "#8e8e99", fontSize: 11 },
    },
    visualMap: {
      show: false,
      min: 0,
      max: Math.sqrt(Math.max(...cells.map(([, , value]) => value))),
      inRange: { color: SCHEMES[panel.options.color.scheme] },
    },
    series: [
      {
        type: "heatmap",
        data: cells.map(([at, i, value]) => [column.get(at), i, Math.sqrt(value)]),
        itemStyle: { borderWidth: 0.5, borderColor: "#181b1f" },
      },
    ],
  });
  return true;
}

const bound = ({ labels }) => (labels.le === "+Inf" ? Infinity : Number(labels.le));

// "merge": rows of the queries that share their labels are one row; a query with fewer labels joins where those match.
function merged(panel) {
  let rows = [];
  panel.targets.forEach((target, i) => {
    const column = panel.targets.length > 1 ? `Value #${target.refId}` : "Value";
    for (const { labels, points } of target.series) {
      const matching = rows.filter((row) =>
        Object.entries(labels).every(([name, value]) => row[name] === undefined || row[name] === value),
      );
      if (i && matching.length) for (const row of matching) Object.assign(row, labels, { [column]: points[0][1] });
      else rows.push({ ...labels, [column]: points[0][1] });
    }
  });
  return rows;
}

function drawTable(panel, body, time) {
  const organize = panel.transformations.find(({ id }) => id === "organize").options;
  const columns = Object.entries(organize.indexByName)
    .sort((a, b) => a[1] - b[1])
    .map(([field]) => [field, organize.renameByName[field] ?? field]);
  const rows = merged(panel);
  if (!rows.length) return false;
  const { displayName, desc } = panel.options.sortBy[0];
  const sorted = columns.find(([, title]) => title === displayName)[0];
  rows.sort((a, b) => (desc ? -1 : 1) * ((a[sorted] ?? -Infinity) - (b[sorted] ?? -Infinity)));
  const table = element("table", {}, element("tr", {}, ...columns.map(([, title]) => element("th", {}, title))));
  for (const row of rows) {
    table.append(element("tr", {}, ...columns.map(([name, title]) => cell(fieldOf(panel, title), row[name], time))));
  }
  body.append(table);
  return true;
}

function cell(field, value, time) {
  const { text, colour: hue } = typeof value === "string" ? { text: value, colour: "inherit" } : shown(field, value, time.end);
  const style = field.custom.cellOptions.type;
  const painted = style === "color-background" ? { background: hue } : style === "color-text" ? { color: hue } : {};
  return element("td", { style: painted }, field.links ? element("a", {}, text) : text);
}

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
    element("span", { class: "range" }, `last ${minutes} minutes, UTC`),
  );
}

// Draws the whole dashboard; gives the titles of the panels that had nothing to draw.
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
    empty.push(panel.title);
    if (panel.type !== "stat")
      body.append(element("div", { class: "nothing" }, panel.fieldConfig.defaults.noValue ?? "No data"));
  }
  main.style.height = `${Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * (CELL + GAP)}px`;
  return empty;
};
