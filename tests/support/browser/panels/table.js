// Several instant queries, merged into rows.
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
