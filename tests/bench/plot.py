#!/usr/bin/env python3
"""plot.py BUILD: draws what `scaling` measured, to tests/bench/scaling.svg."""

import json
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

with open(os.path.join(sys.argv[1], "scaling.json"), encoding="ascii") as file:
    groups = json.load(file)
figure, panels = plt.subplots(1, 3, figsize=(11, 3.2))
for group, style in zip(groups, ("o-", "s--")):
    at = [point["at"] for point in group["points"]]
    for panel, key, name in zip(panels, ("cpu_percent", "megabytes", "late_ms"), ("% of a core", "MB resident", "ms late, 99th percentile at most")):
        axis = panel if group is groups[0] else panel.twiny()
        axis.plot(at, [point[key] for point in group["points"]], style, color="C0" if group is groups[0] else "C1", label=group["name"])
        axis.set_xlabel(group["axis"])
        axis.set_xscale("log" if group is groups[0] else "linear")
        panel.set_ylabel(name)
        panel.set_ylim(bottom=0)
figure.legend(loc="upper center", ncol=2)
figure.tight_layout(rect=(0, 0, 1, 0.92))
figure.savefig(os.path.join(os.path.dirname(os.path.abspath(__file__)), "scaling.svg"), metadata={"Date": None})
