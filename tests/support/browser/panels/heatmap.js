// A histogram over time.
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
