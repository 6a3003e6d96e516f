#!/usr/bin/env python3
"""plot.py BUILD: draws what `scaling` measured, to tests/bench/scaling.svg."""

import json
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

PANELS = (("cpu_percent", "% of a core", "linear"), ("megabytes", "MB resident", "linear"), ("late_ms", "ms late, 99th percentile", "log"))

with open(os.path.join(sys.argv[1], "scaling.json"), encoding="ascii") as file:
    groups = json.load(file)
figure, rows = plt.subplots(len(groups), len(PANELS), figsize=(11, 3 * len(groups)))
for group, axes in zip(groups, rows):
    at = [point["at"] for point in group["points"]]
    for axis, (key, name, scale) in zip(axes, PANELS):
        axis.plot(at, [point[key] for point in group["points"]], "o-")
        axis.set_xscale("log" if group["axis"] == "destinations" else "linear")
        axis.set_yscale(scale)
        axis.set_ylabel(name)
        axis.set_xlabel(group["axis"])
        if scale == "linear":
            axis.set_ylim(bottom=0)
    axes[1].set_title(group["name"])
figure.tight_layout()
figure.savefig(os.path.join(os.path.dirname(os.path.abspath(__file__)), "scaling.svg"), metadata={"Date": None})
