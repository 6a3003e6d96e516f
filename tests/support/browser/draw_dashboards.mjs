// Draws the Grafana dashboards from their JSON and a live Prometheus: draw_dashboards.mjs PROMETHEUS FOLDER SECONDS [VARIABLE=VALUE]...
// A small renderer for tests and pictures. It knows what our dashboards use of Grafana's format, and nothing more.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { packages, withChromium } from "./chromium.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const DASHBOARDS = join(HERE, "..", "..", "..", "dashboards");
// The page's, in the order that they need each other.
const SCRIPTS = [
  packages.resolve("echarts/dist/echarts.min.js"),
  join(HERE, "words.js"),
  ...["parts", "axes", "stat", "timeseries", "timeline", "heatmap", "table", "bars"].map((name) =>
    join(HERE, "panels", `${name}.js`),
  ),
  join(HERE, "page.js"),
];
const WIDTH = 1600;
const POINTS = 400; // of a panel that says nothing

const [prometheus, folder, seconds, ...chosen] = process.argv.slice(2);
const end = Math.floor(Date.now() / 1000);
const time = { start: end - Number(seconds), end };

async function ask(path, parameters) {
  const answer = await (await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams(parameters)}`)).json();
  if (answer.status !== "success") throw new Error(`${JSON.stringify(parameters)}: ${answer.error}`);
  return answer.data;
}

const fill = (text, values) => text.replace(/\$\{?(\w+)(?::\w+)?\}?/g, (whole, name) => values[name] ?? whole);

// In their order, for later ones ask with the earlier ones. All of them is a pattern; else the first is taken.
async function choose(dashboard) {
  const values = { __range: `${seconds}s`, __rate_interval: `${Math.max(10, Math.round(seconds / 15))}s`, __interval: "5s" };
  const given = Object.fromEntries(chosen.map((one) => one.split("=")));
  for (const variable of dashboard.templating.list) {
    if (variable.type !== "query") continue;
    const [, series, label] = variable.query.query.match(/^label_values\((.*), (\w+)\)$/);
    const found = (await ask("series", { "match[]": fill(series, values), ...time }))
      .map((one) => one[label])
      .filter(Boolean)
      .sort();
    values[variable.name] = variable.includeAll ? variable.allValue : (given[variable.name] ?? found[0]);
  }
  return values;
}

async function answer(panel, target, values) {
  const query = fill(target.expr, values);
  if (target.instant)
    return (await ask("query", { query, time: end })).result.map((one) => ({
      labels: one.metric,
      points: [[one.value[0], Number(one.value[1])]],
    }));
  const step = Math.max(1, Math.round(Number(seconds) / (panel.maxDataPoints ?? POINTS)));
  const { result } = await ask("query_range", { query, ...time, step });
  return result.map((one) => ({ labels: one.metric, points: one.values.map(([at, value]) => [at, Number(value)]) }));
}

async function data(dashboard, values) {
  const panels = [];
  for (const panel of dashboard.panels) {
    const targets = [];
    for (const target of panel.targets ?? []) targets.push({ ...target, series: await answer(panel, target, values) });
    panels.push({ ...panel, title: fill(panel.title, values), targets });
  }
  const annotations = [];
  for (const one of dashboard.annotations.list) {
    if (one.enable) annotations.push({ ...one, series: await answer({}, { expr: one.expr }, values) });
  }
  return { ...dashboard, panels, annotations, values, time };
}

const names = readdirSync(DASHBOARDS).filter((name) => name.endsWith(".json"));
await withChromium({ viewport: { width: WIDTH, height: 900 }, colorScheme: "dark", offline: true }, async (context) => {
  for (const name of names) {
    const dashboard = JSON.parse(readFileSync(join(DASHBOARDS, name), "utf8"));
    const drawn = await data(dashboard, await choose(dashboard));
    const page = await context.newPage();
    const wrong = [];
    page.on("pageerror", (error) => wrong.push(error.message));
    await page.setContent('<!doctype html><html lang="en"><body></body></html>');
    await page.addStyleTag({ path: join(HERE, "dashboard.css") });
    for (const script of SCRIPTS) await page.addScriptTag({ path: script });
    const empty = await page.evaluate((one) => window.draw(one), drawn);
    await page.screenshot({ path: join(folder, name.replace(".json", ".png")), fullPage: true });
    await page.close();
    if (wrong.length) throw new Error(`${name}: ${wrong.join("; ")}`);
    console.log(JSON.stringify({ name, panels: drawn.panels.length, empty }));
  }
});
