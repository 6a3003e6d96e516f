// ECharts in a panel: its time axis, and the annotations below the graph.
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

function chart(body, below = 0) {
  const box = element("div", { style: { position: "absolute", inset: `0 0 ${Math.max(34, below + 4)}px 0` } });
  body.append(box);
  return echarts.init(box, null, { renderer: "canvas" });
}

function eventSeries(annotations, time) {
  const data = marks(annotations, time).map(([from, to]) => [
    { ...from, yAxis: 0 },
    { ...to, yAxis: 0.02 },
  ]);
  return [{ type: "line", yAxisIndex: 1, data: [], markArea: { silent: true, data } }];
}
