#!/usr/bin/env python3
"""The dashboards' order: they provision from a file, name what is exported, and explain themselves.

Proves on spoiled copies that it would notice.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import dashboards  # noqa: E402

UNITS = {"short", "s", "percentunit", "cps", "cpm", "bytes", "dateTimeFromNow"}
SCHEMA_VERSION_MAX = 39  # Grafana 10 to 12 take it as it is
ROWS_MAX = 25
CLOSED = {"cause", "verdict", "outcome", "to", "gate", "result", "class", "phase", "family"}  # labels with few values
BUILT_IN = {"__all", "__rate_interval", "__range", "__interval", "__data", "__field", "__url_time_range"}
# What Prometheus itself tells of a scrape, and the alerts.
PROMETHEUS = {"up": "", "scrape_duration_seconds": "", "scrape_samples_scraped": "", "ALERTS": "alertname,alertstate,severity,provider,destination"}
TARGET_LABELS = {"job", "instance"}
NAME = re.compile(r"\b((?:mxpulse|process|scrape)_\w+|up|ALERTS)\b(?!\s*\()(\{[^}]*\})?")
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def exported():
    """{metric: labels}, histograms as the series they are made of."""
    table = dict(PROMETHEUS)
    for name, kind, labels in re.findall(r'constexpr Name k\w+\{\s*"(\w+)",\s*Type::k(\w+),\s*"([^"]*)"', read("src", "metrics", "names.hpp")):
        if kind == "Histogram":
            table.update({name + "_bucket": labels + ",le", name + "_sum": labels, name + "_count": labels})
        else:
            table[name] = labels
    assert len(table) > 40, "the table of metrics moved"
    return table


def rules():
    return "\n".join(open(path, encoding="utf-8").read() for path in glob.glob(os.path.join(ROOT, "config", "prometheus", "*")) if os.path.isfile(path))


def findings(texts, metrics, rules_text):
    """Everything that is out of order, a line each."""
    parsed = {}
    for name, text in texts.items():
        parsed[name] = json.loads(text)
        if text != json.dumps(parsed[name], indent=2, ensure_ascii=False) + "\n":
            yield f"{name}: is not indented by two, as json.dumps writes it"
    uids = {board["uid"]: board for board in parsed.values()}
    if len(uids) != len(parsed):
        yield "two dashboards share a uid"
    for name, board in parsed.items():
        for problem in of_dashboard(board, uids, metrics):
            yield f"{name}: {problem}"
    used = rules_text + "".join(expression for board in parsed.values() for _, expression in dashboards.expressions(board))
    for metric in metrics:
        whole = re.sub(r"_(bucket|sum|count)$", "", metric)
        if metric not in PROMETHEUS and not re.search(rf"\b{whole}(_bucket|_sum|_count)?\b", used):
            yield f"{metric} is on no dashboard and in no rule"


def of_rules(rules_text, metrics):
    for name in sorted(set(re.findall(r"(?<![:\w])mxpulse_\w+(?![\w:])", rules_text))):
        if name not in metrics:
            yield f"a rule asks for {name}, which is not exported"


def of_provisioning(readme, provider):
    folder = re.search(r"path: (\S+)", provider)
    if not folder or folder[1] + " dashboards/*.json" not in readme:
        yield "config/grafana/dashboards.yaml looks in another folder than the README fills"


def of_dashboard(board, uids, metrics):
    for key in ("__inputs", "__requires", "id"):
        if key in board:
            yield f"{key} is for imports by hand; a file that is provisioned has none"
    if board["schemaVersion"] > SCHEMA_VERSION_MAX:
        yield f"schemaVersion {board['schemaVersion']} is too new for Grafana 10"
    if not board["uid"].startswith("mxpulse-") or not board.get("description"):
        yield "needs a uid of its own and a description"
    yield from of_variables(board)
    yield from of_links(board, uids)
    yield from of_layout(board)
    for panel in dashboards.panels(board):
        for problem in of_panel(panel, board, metrics):
            yield f"{panel['title']}: {problem}"
    for annotation in board["annotations"]["list"]:
        yield from of_query(f"annotation {annotation['name']}", annotation["expr"], metrics)
        if annotation["datasource"] != DATASOURCE:
            yield f"annotation {annotation['name']}: does not ask ${{datasource}}"
    names = [annotation["expr"] for annotation in board["annotations"]["list"]]
    if not any("ALERTS" in one for one in names):
        yield "shows no alerts as annotations"


def of_variables(board):
    variables = dashboards.variables(board)
    if not variables or (variables[0]["name"], variables[0]["type"], variables[0]["query"]) != ("datasource", "datasource", "prometheus"):
        yield "the first variable is not the datasource"
    known = {one["name"] for one in variables} | BUILT_IN
    for name in set(dashboards.VARIABLE.findall(json.dumps(board))) - known:
        yield f"${name} is no variable"
    for one in variables:
        if one["type"] == "query" and (one["datasource"] != DATASOURCE or one["refresh"] != 2 or not re.fullmatch(r"label_values\(.*, \w+\)", one["query"]["query"])):
            yield f"variable {one['name']}: does not ask ${{datasource}} for label values when the time changes"
        if one["includeAll"] and one.get("allValue") != ".+":
            yield f"variable {one['name']}: all of them is not .+"


def of_links(board, uids):
    to_all = [link for link in board["links"] if link["type"] == "dashboards"]
    if not to_all or not all(link["keepTime"] and link["includeVars"] and set(link["tags"]) <= set(board["tags"]) for link in to_all):
        yield "has no link to the other dashboards that keeps time and variables"
    for url in re.findall(r'"url": "([^"]+)"', json.dumps(board)):
        path, _, query = url.partition("?")
        uid = path.removeprefix("/d/").split("/")[0]
        if not path.startswith("/d/") or uid not in uids:
            yield f"the link {url} leads nowhere"
            continue
        names = {one["name"] for one in dashboards.variables(uids[uid])}
        asked = set(re.findall(r"var-(\w+)=", query)) | set(re.findall(r"\$\{(\w+):queryparam\}", query))
        if not asked <= names:
            yield f"the link {url} gives {', '.join(sorted(asked - names))}, which {uid} does not know"
        if "${__url_time_range}" not in query or "datasource" not in asked:
            yield f"the link {url} loses the time or the data source"


def of_layout(board):
    taken = {}
    ids = set()
    for panel in board["panels"]:
        if panel["id"] in ids:
            yield f"{panel['title']}: its id is another's too"
        ids.add(panel["id"])
        at = panel["gridPos"]
        if at["x"] + at["w"] > 24:
            yield f"{panel['title']}: is wider than the page"
        for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            other = taken.setdefault(cell, panel["title"])
            if other != panel["title"]:
                yield f"{panel['title']}: lies over {other}"
                break


def of_panel(panel, board, metrics):
    defaults = panel["fieldConfig"]["defaults"]
    if panel["datasource"] != DATASOURCE:
        yield "does not ask ${datasource}"
    if not re.search(r"[.!?]$", panel.get("description", "")):
        yield "has no description in sentences"
    if defaults.get("unit") not in UNITS:
        yield f"its unit {defaults.get('unit')!r} is none of ours"
    if not defaults.get("thresholds", {}).get("steps"):
        yield "has no thresholds"
    if not panel["targets"]:
        yield "asks nothing"
    for target in panel["targets"]:
        where = f"query {target['refId']}"
        yield from of_query(where, target["expr"], metrics, target.get("legendFormat", ""))
        if panel["type"] in ("state-timeline", "status-history") and not few_rows(target["expr"]):
            yield f"{where}: may have more than {ROWS_MAX} rows"
        if re.search(r"\b(rate|increase|irate)\([^\[]*\[(?!\$__rate_interval\]|\$__range\])", target["expr"]):
            yield f"{where}: a rate over a fixed time"


def few_rows(expression):
    """Ranked once for the whole time shown, or one row, or by a label of few values, or about the one destination chosen."""
    ranked = re.search(r"topk\((\d+),", expression)
    if ranked:
        return int(ranked[1]) <= ROWS_MAX and "@ end()" in expression
    if re.fullmatch(r"(?:1 - )?(?:min|max|sum)\([^()]*\)", expression):
        return True
    outermost = re.search(r"\bby \(([^)]*)\)", expression)
    labels = set(re.split(r",\s*", outermost[1])) if outermost else {""}
    return labels <= CLOSED or (labels == {"destination"} and 'destination="$destination"' in expression)


def of_query(where, expression, metrics, legend=""):
    allowed = set(TARGET_LABELS)
    for name, selector in NAME.findall(expression):
        if name not in metrics:
            yield f"{where}: {name} is not exported"
            continue
        labels = TARGET_LABELS | set(metrics[name].split(","))
        allowed |= labels
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", selector):
            if label not in labels:
                yield f"{where}: {name} has no label {label}"
        if name != "ALERTS" and "job=" not in selector:
            yield f"{where}: {name} is asked of every job"
    grouped = {label for clause in re.findall(r"\b(?:by|on|without|ignoring|group_left)\s*\(([^)]*)\)", expression) for label in re.split(r",\s*", clause) if label}
    for label in sorted((grouped | set(re.findall(r"\{\{(\w+)\}\}", legend))) - allowed):
        yield f"{where}: nothing there has a label {label}"


def syntax_findings(texts):
    """What promtool has against the expressions; nothing where there is no promtool."""
    if not shutil.which("promtool"):
        return
    values = {"__rate_interval": "1m", "__range": "1h", "__interval": "15s"}
    rules_of = []
    for name, text in texts.items():
        for where, expression in dashboards.expressions(json.loads(text)):
            filled = dashboards.VARIABLE.sub(lambda found: values.get(found[1], "x"), expression)
            rules_of.append({"record": "panel:query", "expr": filled, "labels": {"at": f"{name}: {where}"}})
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({"groups": [{"name": "panels", "rules": rules_of}]}, file)  # JSON is YAML
        file.flush()
        done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
    if done.returncode != 0:
        yield (done.stdout + done.stderr).strip()


# Each spoils a copy in one way: file, text, what stands in its place, what must be found.
SPOILED = [
    ("overview.json", '"uid": "${datasource}"', '"uid": "P1809F7CD0C75ACF3"', "does not ask ${datasource}"),
    ("overview.json", '"uid": "mxpulse-overview"', '"__inputs": [],\n  "uid": "mxpulse-overview"', "__inputs"),
    ("overview.json", '"uid": "mxpulse-overview"', '"uid": "mxpulse-self"', "share a uid"),
    ("overview.json", '"schemaVersion": 38', '"schemaVersion": 42', "too new"),
    ("overview.json", "mxpulse_holds{", "mxpulse_hold{", "is not exported"),
    ("overview.json", 'verdict=\\"unavailable\\"', 'state=\\"unavailable\\"', "has no label state"),
    ("overview.json", "topk(25,", "topk(26,", "more than 25 rows"),
    ("overview.json", " @ end()", "", "more than 25 rows"),
    ("overview.json", "&${__url_time_range}", "", "loses the time"),
    ("overview.json", "var-destination=", "var-domain=", "which mxpulse-destination does not know"),
    ("overview.json", "/d/mxpulse-destination/", "/d/mxpulse-gone/", "leads nowhere"),
    ("overview.json", '"keepTime": true', '"keepTime": false', "keeps time and variables"),
    ("overview.json", "$provider", "$vendor", "$vendor is no variable"),
    ("overview.json", '"unit": "short"', '"unit": ""', "is none of ours"),
    ("overview.json", "ALERTS{", "mxpulse_holds{", "no alerts"),
    ("probes.json", '"steps": [', '"stairs": [', "no thresholds"),
    ("probes.json", '"description": "Conversations under way now."', '"description": ""', "no description"),
    ("probes.json", '"x": 4,', '"x": 3,', "lies over"),
    ("probes.json", "[$__rate_interval]", "[5m]", "a rate over a fixed time"),
    ("probes.json", "{{outcome}}", "{{provider}}", "nothing there has a label provider"),
    ("probes.json", 'mxpulse_probes_in_flight{job=\\"$job\\", ', "mxpulse_probes_in_flight{", "asked of every job"),
    ("self.json", "process_open_fds", "process_resident_memory_bytes", "process_open_fds is on no dashboard"),
    ("self.json", '"allValue": ".+"', '"allValue": ".*"', "all of them is not"),
    ("self.json", '"refresh": 2', '"refresh": 1', "when the time changes"),
]


def unnoticed(texts, metrics):
    """Spoiled copies that the tests take for good ones."""
    for name, text, spoiled, expected in SPOILED:
        copy = {**texts, name: texts[name].replace(text, spoiled)}
        if copy == texts:
            yield f"{name} cannot be spoiled: it has no {text}"
        elif not any(expected in one for one in findings(copy, metrics, "")):
            yield f"{name} with {spoiled} for {text} went unnoticed: {expected}"
    if not list(of_rules("expr: mxpulse_gone > 0", metrics)):
        yield "a rule about nothing went unnoticed"
    if not list(of_provisioning("", "path: /elsewhere")):
        yield "another folder went unnoticed"
    if shutil.which("promtool") and not list(syntax_findings({**texts, "self.json": texts["self.json"].replace("min(up{", "min(up{{")})):
        yield "a broken expression went unnoticed"


texts = dashboards.texts()
assert len(texts) == 4, "the dashboards moved"
problems = list(findings(texts, exported(), rules())) + list(syntax_findings(texts))
problems += of_rules(rules(), exported())
problems += of_provisioning(read("README.md"), read("config", "grafana", "dashboards.yaml"))
problems += list(unnoticed(texts, exported()))
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
