#!/usr/bin/env python3
"""100,000 destinations watched: a scrape keeps its caps, Prometheus takes it in less than a tenth of its interval, and no probe waits for it."""

import time
import urllib.parse

from lab import *

enter()
cases = Cases()
COUNT = 100_000
CAP = 5_000  # metrics.max_destinations, as it is without a word in the file
INTERVAL = 15  # Prometheus' own, as the example has it
HOSTS = 2_000
SERIES_MAX = CAP * 10 + HOSTS * 7 + 1_500  # of a destination, of a host, of everybody together
SIZE_MAX = 16 << 20  # bytes
SCRAPED = 70  # seconds without a pause: a round of probes and its jitter
LATE = "0.25"  # seconds: a bucket of the lag
CONFIG = """[dns]
servers = ["127.0.0.53"]
[probe]
interval = "1m"
per_address = "1s"
allow = ["198.18.0.0/15"]
[watch]
destinations = [{destinations}]
[log]
level = "error"
"""
PROMETHEUS = "127.0.0.1:9090"


def page(path="/metrics"):
    """(seconds, {series: value}, bytes)"""
    began = time.monotonic()
    status, body = get(path)
    took = time.monotonic() - began
    assert status == 200, (status, body)
    return took, {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in body.splitlines() if line and not line.startswith("#")}, len(body)


def lags(series):
    """(begun, begun in time)"""
    return series["mxpulse_probe_lag_seconds_count"], series[f'mxpulse_probe_lag_seconds_bucket{{le="{LATE}"}}']


def ask(query):
    status, body = get("/api/v1/query?" + urllib.parse.urlencode({"query": query}), host=PROMETHEUS)[:2]
    answer = json.loads(body) if status == 200 else {}  # while it starts it says in plain words that it does not serve yet
    return [float(one["value"][1]) for one in answer.get("data", {}).get("result", [])]


with Lab() as lab:
    records = [f"*.d{number} MX 10 h{number}" for number in range(HOSTS)]
    records += [f"h{number} A 198.18.{number // 250}.{number % 250 + 1}" for number in range(HOSTS)]
    lab.dns({"lab.example": "\n".join(records)})
    Host("0.0.0.0", says(b"220 many\r\n"))
    daemon = lab.daemon(CONFIG.format(destinations=", ".join(f'"x{number}.d{number % HOSTS}.lab.example"' for number in range(COUNT))))
    eventually(lambda: page("/metrics?tier=totals")[1]['mxpulse_destinations{verdict="available"}'] > CAP, "more than the cap are known", 300, daemon.log)

    _, series, size = page()
    cases.check("all are tracked, the cap's worth is exported, the rest counted",
                [series[f"mxpulse_destinations_{what}"] for what in ("tracked", "exported", "omitted")] == [COUNT, CAP, COUNT - CAP])
    cases.check("series keep their caps", sum(one.startswith("mxpulse_destination_no_answer_streak{") for one in series) == CAP and len(series) <= SERIES_MAX,
                (len(series), SERIES_MAX))
    cases.check("and the page its size", size < SIZE_MAX, size)
    metrics()  # promtool takes it
    totals = page("/metrics?tier=totals")
    cases.check("the totals alone are a few hundred series", len(totals[1]) < 1_500, len(totals[1]))

    lab.start(["prometheus", "--web.listen-address=" + PROMETHEUS, "--storage.tsdb.path=" + lab.path("data"), "--config.file=" + lab.write("prometheus.yml", f"""
global: {{scrape_interval: {INTERVAL}s}}
scrape_configs:
  - job_name: mxpulse
    body_size_limit: {SIZE_MAX}B
    sample_limit: {SERIES_MAX}
    static_configs: [{{targets: ["127.0.0.1:9425"]}}]
""")])
    eventually(lambda: ask("count_over_time(up[5m])") == [2.0], "Prometheus scrapes", 120)
    cases.check("Prometheus takes it, with limits of size and number", ask("up") == [1.0])
    took = ask("quantile_over_time(0.5, scrape_duration_seconds[5m])")[0]
    cases.check("in less than a tenth of its interval", took < INTERVAL / 10, took)

    # Scraped without a pause, far more than any Prometheus does: probes go on in time.
    before = lags(page("/metrics?tier=totals")[1])
    times = []
    end = time.monotonic() + SCRAPED
    while time.monotonic() < end:
        times.append(page()[0])
    after = lags(page("/metrics?tier=totals")[1])
    begun, in_time = (b - a for a, b in zip(before, after))
    cases.check(f"99 of 100 probes begin within {LATE} s all the while", begun > 100 and in_time >= 0.99 * begun, (begun, in_time))
    print(f"{len(series)} series, {size >> 10} kB; {len(times)} scrapes in {SCRAPED} s, {min(times) * 1000:.0f} to {max(times) * 1000:.0f} ms each; {begun:.0f} probes, {begun - in_time:.0f} late")
    cases.check("SIGTERM ends it cleanly", lab.end(daemon) == 0)
cases.end()
