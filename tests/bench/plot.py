#!/usr/bin/env python3
"""plot.py POINTS: draws what `daemon` and `scaling` measured, to tests/bench/scaling.svg."""

import json
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

PANELS = (("cpu_percent", "% of a core", "linear"), ("megabytes", "MB resident", "linear"), ("late_ms", "ms late, 99th percentile", "log"))

GROUPS = {"destinations": "destinations, a third of them silent", "% silent": "10,000 destinations, so many of them silent"}

with open(sys.argv[1], encoding="ascii") as file:
    points = json.load(file)
figure, rows = plt.subplots(len(GROUPS), len(PANELS), figsize=(11, 3 * len(GROUPS)))
for (axis, title), panels in zip(GROUPS.items(), rows):
    group = [point for point in points if point["axis"] == axis]
    for panel, (key, name, scale) in zip(panels, PANELS):
        panel.plot([point["at"] for point in group], [point[key] for point in group], "o-")
        panel.set_xscale("log" if axis == "destinations" else "linear")
        panel.set_yscale(scale)
        panel.set_ylabel(name)
        panel.set_xlabel(axis)
        if scale == "linear":
            panel.set_ylim(bottom=0)
    panels[1].set_title(title)
figure.tight_layout()
figure.savefig(os.path.join(os.path.dirname(os.path.abspath(__file__)), "scaling.svg"), metadata={"Date": None})
