"""The demo, and Debian's Prometheus beside it with the shipped rules loaded."""

import glob
import json
import os
import sys
import urllib.parse

from lab import MXPULSE, ROOT, eventually, get

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

PROMETHEUS = "127.0.0.1:9090"


def start(lab):
    lab.start([MXPULSE, "demo"], env={**os.environ, "TMPDIR": lab.folder})
    rules = sorted(glob.glob(os.path.join(ROOT, "config", "prometheus", "*.rules.yml")))
    lab.start(["prometheus", "--web.listen-address=" + PROMETHEUS, "--storage.tsdb.path=" + lab.path("data"), "--config.file=" + lab.write("prometheus.yml", f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: {json.dumps(rules)}
scrape_configs:
  - job_name: mxpulse
    static_configs: [{{targets: ["127.0.0.1:9425"]}}]
""")])
    eventually(lambda: get("/-/ready", host=PROMETHEUS)[0] == 200, "Prometheus does not start")


def value(query):
    """What Prometheus answers now; nothing when there is no such series."""
    found = json.loads(get("/api/v1/query?" + urllib.parse.urlencode({"query": query}), host=PROMETHEUS)[1])["data"]["result"]
    return float(found[0]["value"][1]) if found else None
