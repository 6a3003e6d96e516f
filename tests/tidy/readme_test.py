#!/usr/bin/env python3
"""The README's tables are those of the code: causes, metrics, folders."""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


readme = text("README.md")
causes = re.findall(r'\{Cause::k\w+,\s*Outcome::k\w+,\s*"(\w+)",\s*"([^"]*)"', text("include", "mxpulse", "cause.hpp"))
names = text("src", "metrics", "names.hpp")
rows = {name: f"| `{name}` | {kind.lower()} | {labels.replace(',', ', ')} | {meaning} |" for name, kind, labels, meaning in
        re.findall(r'constexpr Name k\w+\{\s*"(\w+)",\s*Type::k(\w+),\s*"([^"]*)",\s*"([^"]*)"\}', names)}
metrics = set(rows)
constants = re.findall(r"constexpr Name (k\w+)\{", names)
listed = re.findall(r"\bk\w+", names[names.index("kAllNames{"):])[1:]
assert len(causes) == 18 and len(rows) == len(constants) > 20, "the tables moved"

problems = [f"no line for cause {label}: {sentence}" for label, sentence in causes if f"| {label} | {sentence} |" not in readme]
problems += [f"no line {row}" for row in rows.values() if row not in readme]
problems += [f"{one} is not among kAllNames" for one in set(constants) - set(listed)]
problems += [f"{name} is no metric" for name in set(re.findall(r"\bmxpulse_[a-z_]+", readme)) if name not in metrics]
problems += [f"no line for folder src/{name}" for name in os.listdir(ROOT + "/src") if os.path.isdir(f"{ROOT}/src/{name}") and f"| `src/{name}` |" not in readme]
print("\n".join(problems))
sys.exit(1 if problems else 0)
