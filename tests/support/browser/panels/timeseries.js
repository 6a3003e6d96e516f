// Lines, areas and bars over time.
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
  const below = legend(body, hues);
  chart(body, below).setOption({
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
  return true;
}

// Samples that did not come are a gap, not a line.
function gaps(points, time) {
  const step = Math.max(1, ...points.slice(1, 3).map(([at], i) => at - points[i][0]));
  return points.flatMap((point, i) =>
    i > 0 && point[0] - points[i - 1][0] > 1.5 * step ? [[points[i - 1][0] + step, NaN], point] : [point],
  );
}
