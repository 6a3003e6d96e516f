// Values as Grafana writes them, and its colours by their names.
const COLOURS = {
  text: "#ccccdc",
  transparent: "transparent",
  green: "#73bf69",
  "light-green": "#96d98d",
  "dark-green": "#37872d",
  red: "#f2495c",
  "light-red": "#ff7383",
  "dark-red": "#c4162a",
  orange: "#ff9830",
  "light-orange": "#ffb357",
  "dark-orange": "#fa6400",
  yellow: "#f2cc0c",
  blue: "#5794f2",
  "light-blue": "#8ab8ff",
  "dark-blue": "#1f60c4",
  "super-light-blue": "#c0d8ff",
  purple: "#b877d9",
  "light-purple": "#ca95e5",
  "semi-dark-purple": "#a352cc",
  "dark-purple": "#8f3bb8",
};
const PALETTE = [
  "green",
  "yellow",
  "blue",
  "orange",
  "red",
  "dark-blue",
  "purple",
  "light-orange",
  "light-green",
  "light-blue",
];
const SCHEMES = {
  Oranges: ["#2a1c10", "#a04a08", "#fdae6b", "#fff5eb"],
  Blues: ["#101c2c", "#2171b5", "#9ecae1", "#f7fbff"],
  Greens: ["#10241a", "#238b45", "#a1d99b", "#f7fcf5"],
  Purples: ["#1d1830", "#6a51a3", "#bcbddc", "#fcfbfd"],
};

const colour = (name) => COLOURS[name] ?? name;

const tidy = (number, decimals) => {
  const digits = decimals ?? (Math.abs(number) >= 100 || Number.isInteger(number) ? 0 : Math.abs(number) >= 10 ? 1 : 2);
  return String(Number(number.toFixed(digits)));
};

function scaled(value, steps, decimals) {
  const [factor, unit] = steps.find(([factor]) => Math.abs(value) >= factor) ?? steps.at(-1);
  return `${tidy(value / factor, decimals)} ${unit}`;
}

function fromNow(milliseconds, now) {
  const seconds = Math.round(Math.abs(milliseconds / 1000 - now));
  const [amount, unit] =
    seconds < 90
      ? [seconds, "second"]
      : seconds < 5400
        ? [Math.round(seconds / 60), "minute"]
        : [Math.round(seconds / 3600), "hour"];
  const words = `${amount} ${unit}${amount === 1 ? "" : "s"}`;
  return milliseconds / 1000 > now ? `in ${words}` : `${words} ago`;
}

function words(value, unit, now, decimals) {
  if (value === null || value === undefined || Number.isNaN(value)) return "-";
  switch (unit) {
    case "s":
      return value === 0
        ? "0 s"
        : scaled(
            value,
            [
              [3600, "h"],
              [60, "min"],
              [1, "s"],
              [1e-3, "ms"],
              [1e-6, "µs"],
            ],
            decimals,
          );
    case "percentunit":
      return `${tidy(value * 100, decimals)}%`;
    case "cps":
      return `${tidy(value, decimals)} c/s`;
    case "cpm":
      return `${tidy(value, decimals)} c/min`;
    case "bytes":
      return scaled(
        value,
        [
          [1 << 30, "GiB"],
          [1 << 20, "MiB"],
          [1 << 10, "KiB"],
          [1, "B"],
        ],
        decimals,
      );
    case "dateTimeFromNow":
      return fromNow(value, now);
    default:
      return tidy(value, decimals);
  }
}

// What the field's defaults and overrides say of one series or column.
function fieldOf(panel, name) {
  const field = { ...panel.fieldConfig.defaults, custom: { ...panel.fieldConfig.defaults.custom } };
  for (const override of panel.fieldConfig.overrides) {
    if (override.matcher.options !== name) continue;
    for (const { id, value } of override.properties) {
      if (id.startsWith("custom.")) field.custom[id.slice(7)] = value;
      else field[id] = value;
    }
  }
  return field;
}

function thresholdColour(field, value) {
  let found = "text";
  for (const step of field.thresholds.steps) if (step.value === null || value >= step.value) found = step.color;
  return colour(found);
}

// The text and colour of a value: its mapping's, or else its unit's and threshold's.
function shown(field, value, now) {
  const own = field.color?.mode === "fixed" ? colour(field.color.fixedColor) : undefined;
  const mapped = field.mappings?.[0]?.options[String(value)];
  if (mapped) return { text: mapped.text, colour: mapped.color ? colour(mapped.color) : own };
  if (value === null || value === undefined) {
    const empty = field.custom?.cellOptions ? thresholdColour(field, -Infinity) : colour("#6e7681");
    return { text: field.noValue ?? "-", colour: empty };
  }
  return { text: words(value, field.unit, now, field.decimals), colour: own ?? thresholdColour(field, value) };
}

function nameOf(target, labels) {
  if (!target.legendFormat) return Object.values(labels).join(" ");
  return target.legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? "");
}
