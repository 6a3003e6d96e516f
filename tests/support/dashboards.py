"""The Grafana dashboards as the tests read them: their panels, and their queries with variables filled in."""

import glob
import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VARIABLE = re.compile(r"\$\{?(\w+)(?::\w+)?\}?")


def texts(root=ROOT):
    """{file name: text}"""
    found = {}
    for path in sorted(glob.glob(os.path.join(root, "dashboards", "*.json"))):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)] = file.read()
    return found


def panels(dashboard):
    """Those that draw something: no rows."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def variables(dashboard):
    return dashboard["templating"]["list"]


def expressions(dashboard):
    """(where, expression) of every panel and every annotation."""
    for panel in panels(dashboard):
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield f"annotation {annotation['name']}", annotation["expr"]


def fill(text, values):
    """The text with Grafana's variables replaced, those of Grafana's own among them."""
    return VARIABLE.sub(lambda found: str(values.get(found[1], found[0])), text)


def label_values(query, values):
    """`label_values(SERIES, LABEL)` as the series to look for and the label to read."""
    series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", query).groups()
    return fill(series, values), label
