#!/usr/bin/env python3
"""`mxpulse run`: metrics that promtool accepts whatever hosts say, reload, ready, log, and a clean stop."""

import json
import os
import signal
import socket
import subprocess
import time

from lab import *

enter()
cases = Cases()
HOSTILE = bytes(b for b in range(256) if b != 10) + b' \x1b[31m" level=error event=forged'

NAMES = ("ready", "silent", "refused", "hostile", "busy")
ZONE = "\n".join(f"{name} MX 10 mx-{name}\nmx-{name} A 192.0.2.{i + 1}" for i, name in enumerate(NAMES)) + "\nnull MX 0 ."

CONFIG = quick() + """[watch]
destinations = [{destinations}]
[health]
fall = {fall}
[log]
level = "debug"
format = "{format}"
"""


def config(destinations=NAMES + ("null",), fall=3, format="logfmt"):
    return CONFIG.format(destinations=", ".join(f'"{name}.lab.example"' for name in destinations), fall=fall, format=format)


def ask(*words):
    return subprocess.run([MXPULSE, *words], capture_output=True, text=True, timeout=20)


def streak(name, number):
    return metrics().get(f'mxpulse_host_no_answer_streak{{host="mx-{name}.lab.example",address="192.0.2.{number}",provider="lab.example"}}', 0)


with Lab() as lab:
    lab.dns({"lab.example": ZONE}, broken=["broken.example"])
    Host("192.0.2.1", says(b"220 ready\r\n"))
    Host("192.0.2.2", silent)
    Host("192.0.2.4", says(b"220 " + HOSTILE + b"\r\n"))
    Host("192.0.2.5", says(b"421 busy\r\n"))

    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(lab.path("notify"))
    notify.settimeout(10)
    daemon = lab.daemon(config(), env={**os.environ, "NOTIFY_SOCKET": lab.path("notify")})
    cases.check("READY=1 to the service manager", b"READY=1" in notify.recv(1000))
    cases.check("/-/healthy", get("/-/healthy") == (200, "mxpulse is healthy\n"))
    cases.check("HEAD is answered", get("/metrics", "HEAD")[0] == 200)
    cases.check("OpenMetrics for who asks: the same names", open_metrics() == {re.sub(r"\{.*", "", series) for series in metrics()})
    cases.check("404 and 405", (get("/nothing")[0], get("/metrics", "POST")[0], get("/-/reload")[0]) == (404, 405, 405))

    eventually(lambda: metrics().get('mxpulse_destinations{verdict="unavailable"}') == 2, "two destinations fall silent")
    series = metrics()
    cases.check("verdicts", [series[f'mxpulse_destinations{{verdict="{v}"}}'] for v in ("available", "refusing", "unavailable", "undeliverable")] == [2, 1, 2, 1],
                {k: v for k, v in series.items() if "destinations{" in k})
    cases.check("destination_available", [series.get(f'mxpulse_destination_available{{destination="{n}.lab.example",provider="lab.example"}}')
                                          for n in NAMES] == [1, 0, 0, 1, 0])
    cases.check("the cause is a label, the greeting is not", any('cause="silent"' in k for k in series) and not any("forged" in k for k in series))

    before = streak("refused", 3)
    lab.write("mxpulse.toml", config(NAMES, fall=2))
    daemon.send_signal(signal.SIGHUP)
    eventually(lambda: metrics()["mxpulse_destinations_tracked"] == 5, "SIGHUP reloads")
    cases.check("a good configuration keeps every streak", streak("refused", 3) >= before >= 3, (before, streak("refused", 3)))
    cases.check("and says so", metrics()["mxpulse_config_last_reload_successful"] == 1)

    before = streak("refused", 3)
    lab.write("mxpulse.toml", "[probe]\ninterval = 5\n")
    status, body = get("/-/reload", "POST")
    cases.check("a bad one is refused with its line", status == 500 and "mxpulse.toml:2: probe.interval: is not a duration" in body, (status, body))
    series = metrics()
    cases.check("the old one stays in force", series["mxpulse_destinations_tracked"] == 5 and series["mxpulse_config_last_reload_successful"] == 0)
    cases.check("and its streaks", streak("refused", 3) >= before)
    cases.check("another site's page may not reload", get("/-/reload", "POST", {"Origin": "http://evil.example"})[0] == 403)
    lab.write("mxpulse.toml", config(NAMES))
    cases.check("POST reloads", get("/-/reload", "POST")[0] == 200 and metrics()["mxpulse_config_last_reload_successful"] == 1)

    status, explain, report = (ask(*words) for words in (["status"], ["explain", "silent.lab.example"], ["report", "refused.lab.example"]))
    cases.check("status lists what is watched", status.returncode == 0 and status.stdout.startswith("5 destinations watched:")
                and "silent.lab.example" in status.stdout, status.stdout)
    cases.check("explain goes from bounces to the gate", explain.returncode == 0 and "mx-silent.lab.example  192.0.2.2: silent" in explain.stdout
                and "5. May mail go? deliver" in explain.stdout, explain.stdout)
    cases.check("report has the evidence and whom to write to", report.returncode == 0 and "refused" in report.stdout
                and "postmaster@refused.lab.example" in report.stdout, report.stdout)
    cases.check("each as JSON", all(json.loads(ask(*words, "--json").stdout)["schema_version"] == 1
                                    for words in (["status"], ["explain", "busy.lab.example"], ["report", "busy.lab.example"])))
    unknown = ask("explain", "unwatched.example")
    cases.check("what is not watched is said to be so", unknown.returncode == 3 and "unwatched.example is not watched: " in unknown.stderr, unknown.stderr)

    idle = [socket.create_connection(("127.0.0.1", 9425)) for _ in range(20)]
    cases.check("idle connections keep nobody out", get("/-/healthy")[0] == 200)
    for connection in idle:
        connection.close()

    began = time.monotonic()
    code = lab.end(daemon)
    cases.check("SIGTERM ends it cleanly and at once", code == 0 and time.monotonic() - began < 2, (code, time.monotonic() - began))
    log = open(daemon.log, "rb").read()
    lines = log.decode("ascii", "replace").splitlines()
    cases.check("the log is printable, an event a line", not [b for b in log if b != 10 and not 32 <= b < 127] and all(
        line.startswith("time=") and " event=" in line for line in lines), lines[:3])
    cases.check("a hostile greeting stands last and forges nothing", any('greeting="' in line and line.endswith('"') for line in lines) and not any(
        line.startswith("level=error") for line in lines))
    cases.check("the log says why a reload failed", any("event=reload" in line and "probe.interval" in line for line in lines))

    daemon = lab.daemon(config(format="json"))
    eventually(lambda: metrics().get('mxpulse_destinations{verdict="unavailable"}') == 2, "two destinations fall silent")
    lab.end(daemon)
    objects = [json.loads(line) for line in open(daemon.log, encoding="ascii")]
    cases.check("JSON logs", all({"time", "level", "event"} <= set(one) for one in objects) and any(one["event"] == "verdict" for one in objects))

    with socket.socket(socket.AF_INET6) as trial:
        config6 = config() + '[http]\nlisten = "[::1]:9425"\n'
        process = lab.start([MXPULSE, "run", "--config", lab.write("six.toml", config6)])
        cases.check("HTTP over IPv6", eventually(lambda: get("/-/ready", host="[::1]:9425")[0] == 200, "IPv6", log=process.log))
        lab.end(process)
cases.end()
