#!/usr/bin/env python3
"""Rules and Alertmanager's example are well-formed, each alert is tested both ways, has its runbook, and names only metrics there are."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = [f"{ROOT}/config/prometheus/mxpulse-{kind}.rules.yml" for kind in ("recording", "alerts")]
ALERTMANAGER = f"{ROOT}/config/alertmanager/alertmanager.yml"
TESTS = f"{ROOT}/tests/rules/alerts.test.yml"
SEVERITIES = {"critical", "warning", "info"}

if not shutil.which("promtool") or not shutil.which("amtool"):
    print("skip: no promtool or amtool on this machine")
    sys.exit(77)

problems = []


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def succeeds(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        problems.append(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def alerts():
    """(name, text of its rule) for each."""
    pieces = re.split(r"^      - alert: (\w+)$", text(RULES[1]), flags=re.M)
    return list(zip(pieces[1::2], pieces[2::2]))


succeeds("promtool", "check", "rules", *RULES)
succeeds("promtool", "check", "config", f"{ROOT}/config/prometheus/prometheus.yml")
succeeds("promtool", "test", "rules", TESTS)
succeeds("amtool", "check-config", ALERTMANAGER)

for labels, receiver in (("alertname=MxpulseVantageImpaired severity=critical", "on-call"),
                         ("alertname=MxpulseProviderNoAnswer severity=critical provider=p.example", "on-call"),
                         ("alertname=MxpulseDestinationNoAnswer severity=warning provider=p.example", "postmaster"),
                         ("alertname=MxpulseHostFlapping severity=info provider=p.example", "nobody")):
    succeeds("amtool", "config", "routes", "test", f"--config.file={ALERTMANAGER}", f"--verify.receivers={receiver}", *labels.split())

# The templates say what somebody who is woken wants to know.
ALERT = {"status": "firing", "labels": {"alertname": "MxpulseProviderNoAnswer", "provider": "p.example", "instance": "m:9425"},
         "annotations": {"summary": "No answer.", "description": "All of it.", "cause": "refused", "streak": "7", "since": "2026-01-01",
                         "next_retry": "2026-01-02", "destinations": "a.example b.example", "runbook_url": "http://m:9425/runbook#x",
                         "dashboard_url": "http://g/d/x"},
         "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-01-01T01:00:00Z"}
with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
    json.dump({"status": "firing", "alerts": [ALERT, {**ALERT, "status": "resolved", "labels": {"destination": "c.example"}}],
               "commonLabels": ALERT["labels"], "commonAnnotations": ALERT["annotations"]}, file)
    file.flush()
    told = succeeds("amtool", "template", "render", f"--template.glob={ROOT}/config/alertmanager/*.tmpl", f"--template.data={file.name}",
                    '--template.text={{ template "mxpulse.title" . }}\n{{ template "mxpulse.text" . }}')
    for piece in ("[1 firing] MxpulseProviderNoAnswer at p.example: No answer.", "cause: refused", "in a row: 7", "since: 2026-01-01",
                  "destinations: a.example b.example", "next retry: 2026-01-02", "http://m:9425/runbook#x", "see it: http://g/d/x", "c.example, until 2026-01-01 01:00:00 UTC"):
        if piece not in told:
            problems.append(f"the template says no {piece!r}:\n{told}")

readme = text(f"{ROOT}/README.md")
tests = text(TESTS)
for name, rule in alerts():
    severity = re.search(r"severity: (\w+)", rule)
    if not severity or severity[1] not in SEVERITIES:
        problems.append(f"{name}: no severity of {SEVERITIES}")
    for annotation in ("summary", "description", "runbook_url", "dashboard_url") if "annotations: *" not in rule else ():
        if f"          {annotation}:" not in rule:
            problems.append(f"{name}: no {annotation}")
    if "annotations: *" not in rule and f"/runbook#{name.lower()}\n" not in rule:
        problems.append(f"{name}: its runbook_url leads elsewhere")
    if not re.search(rf"^### {name}$", readme, flags=re.M):
        problems.append(f"{name}: the README's runbook has no section")
    if not re.search(rf"alertname: {name}, exp_alerts: \[\]", tests) or not re.search(rf"alertname: {name}\n", tests):
        problems.append(f"{name}: is not tested both ways")

variables = {board["uid"]: {one["name"] for one in board["templating"]["list"]}
             for board in (json.loads(text(path)) for path in glob.glob(f"{ROOT}/dashboards/*.json"))}
links = re.findall(r"/d/([\w-]+)\?(.*)", text(RULES[1]))
if not links:
    problems.append("no alert links to a dashboard")
for uid, query in links:
    unknown = set(re.findall(r"var-(\w+)=", query)) - variables.get(uid, set())
    if uid not in variables or unknown:
        problems.append(f"an alert links to {uid}?{query}, which there is not: {unknown}")

known = set(re.findall(r'constexpr Name k\w+\{\s*"(\w+)"', text(f"{ROOT}/src/metrics/names.hpp")))
known |= {name + suffix for name in known for suffix in ("_bucket", "_count", "_sum")}
recorded = set(re.findall(r"record: (\S+)", text(RULES[0])))
for rules in RULES:
    bare = re.sub(r"^\s*#.*$", "", text(rules), flags=re.M)
    for name in set(re.findall(r"\b(?:\w+:)?(?:mxpulse|process)_\w+(?::\w+)?", bare)):
        if name not in (recorded if ":" in name else known):
            problems.append(f"{os.path.basename(rules)}: {name} is not there")

print("\n".join(problems))
sys.exit(1 if problems else 0)
