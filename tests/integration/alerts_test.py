#!/usr/bin/env python3
"""One outage is one page: real Prometheus and Alertmanager with our rules, and a receiver that counts what arrives. Beside them a real
blackbox_exporter asks the hosts that mxpulse watches.

A minute of the rules is a quarter of a second here: `for` and `keep_firing_for` shrink so, ranges to 5 s; Alertmanager waits one second to group.
"""

import http.server

from lab import *

PROMETHEUS, ALERTMANAGER, BLACKBOX, RECEIVER = "127.0.0.1:9090", "127.0.0.1:9093", "127.0.0.1:9115", ("127.0.0.1", 9094)
MINUTE = 250  # milliseconds
READY = [f"ready{number}" for number in range(8)]
TENANTS = ("a", "b", "c")  # at one provider
CONTROLS = ("one", "two", "three")
PATIENCE = 120
CONFIG = quick() + """[watch]
bounces = 1
destinations = [{destinations}]
[vantage]
controls = [{controls}]
interval = "2s"
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
"""

enter()
cases = Cases()


def shipped(*path):
    with open(os.path.join(ROOT, "config", *path), encoding="utf-8") as file:
        return file.read()


def quick_rules(name):
    rules = re.sub(r"(for: )(\d+)m$", lambda found: f"{found[1]}{int(found[2]) * MINUTE}ms", shipped("prometheus", name), flags=re.M)
    return re.sub(r"\[[1-9]\d?m\]", "[5s]", rules)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps every notification: (receiver, payload)."""
    told = []

    def do_POST(self):
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.told.append((self.path.strip("/"), payload))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def paged(status):
    """(receiver, alert) for each alert of each notification of this status since forget()."""
    return [(receiver, alert) for receiver, payload in list(Receiver.told) if payload["status"] == status for alert in payload["alerts"]]


def names(status):
    return sorted({alert["labels"]["alertname"] for _, alert in paged(status)})


def second_opinions():
    """{host: 1 or 0} as blackbox_exporter sees them."""
    answer = json.loads(get('/api/v1/query?query=probe_success{job="blackbox-mx"}', host=PROMETHEUS)[1] or "{}")
    return {one["metric"]["host"]: int(one["value"][1]) for one in answer.get("data", {}).get("result", [])}


def firing():
    """Names of what Prometheus itself holds to be firing."""
    answer = json.loads(get("/api/v1/alerts", host=PROMETHEUS)[1] or "{}")
    return sorted(alert["labels"]["alertname"] for alert in answer.get("data", {}).get("alerts", []) if alert["state"] == "firing")


def all_resolve(what, log):
    eventually(lambda: not firing(), f"{what}: Prometheus still fires {firing()}", PATIENCE, log)
    eventually(lambda: names("resolved") == names("firing"), f"{what}: no word that it is over", PATIENCE, log)
    cases.check(f"{what}: resolved", True)
    Receiver.told.clear()


def bounce(lab, domain):
    with open(lab.path("mail.log"), "a", encoding="utf-8") as log:
        log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime())} sender postfix/smtp[1]: 4F1A2B0001: to=<a@{domain}>, relay=none, delay=1, "
                  f"delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.{domain}[192.0.2.90]:25: Connection timed out)\n")


with Lab() as lab:
    zones = {f"{name}.example": f"@ MX 10 mx\nmx A 192.0.2.{number + 1}" for number, name in enumerate(READY)}
    zones |= {f"{name}.example": f"@ MX 10 mx\nmx A 192.0.2.{number + 200}" for number, name in enumerate(CONTROLS)}
    zones |= {f"{name}.example": "@ MX 10 mx.provider.example." for name in TENANTS}
    zones |= {"provider.example": "mx A 192.0.2.91", "alone.example": "@ MX 10 mx\nmx A 192.0.2.90"}
    lab.dns(zones)
    for number in [*range(1, len(READY) + 1), 90, 91, 200, 201, 202]:
        Host(f"192.0.2.{number}", says(b"220 ready\r\n"))
    lab.write("mail.log", "")
    quoted = lambda all_of_them: ", ".join(f'"{name}.example"' for name in all_of_them)  # noqa: E731
    daemon = lab.daemon(CONFIG.format(destinations=quoted([*READY, *TENANTS, "alone"]), controls=quoted(CONTROLS), folder=lab.folder))
    eventually(lambda: metrics()['mxpulse_destinations{verdict="available"}'] == len(READY) + len(TENANTS) + 1, "everybody answers", 60, daemon.log)

    server = http.server.ThreadingHTTPServer(RECEIVER, Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shutil.copy(os.path.join(ROOT, "config", "alertmanager", "mxpulse.tmpl"), lab.folder)
    quick = shipped("alertmanager", "alertmanager.yml").replace("group_wait: 30s", "group_wait: 1s").replace("group_interval: 5m", "group_interval: 2s")
    alertmanager = lab.start(["prometheus-alertmanager", "--config.file=" + lab.write("alertmanager.yml", quick), "--storage.path=" + lab.path("alerts"),
                              "--web.listen-address=" + ALERTMANAGER, "--cluster.listen-address="])
    for name in ("mxpulse-recording.rules.yml", "mxpulse-alerts.rules.yml"):
        lab.write(name, quick_rules(name))
    config = shipped("prometheus", "prometheus.yml").replace("interval: 15s", "interval: 1s")
    config = config.replace("scrape_interval: 5m\n    scrape_timeout: 30s", "scrape_interval: 2s\n    scrape_timeout: 2s")
    blackbox = lab.start(["prometheus-blackbox-exporter", "--config.file=" + os.path.join(ROOT, "config", "prometheus", "blackbox.yml"),
                          "--web.listen-address=" + BLACKBOX])
    prometheus = lab.start(["prometheus", "--config.file=" + lab.write("prometheus.yml", config), "--storage.tsdb.path=" + lab.path("data"),
                            "--web.listen-address=" + PROMETHEUS])
    eventually(lambda: get("/-/ready", host=PROMETHEUS)[0] == 200, "Prometheus does not start", 60, prometheus.log)
    eventually(lambda: get("/-/ready", host=ALERTMANAGER)[0] == 200, "Alertmanager does not start", 60, alertmanager.log)
    eventually(lambda: second_opinions() == {f"mx.{name}.example": 1 for name in [*READY, "provider", "alone"]},
               f"blackbox_exporter asks every host that we watch: {second_opinions()}", 60, blackbox.log)
    time.sleep(5)
    cases.check("while all is well, nothing fires", firing() == [] and not Receiver.told, (firing(), Receiver.told))

    firewall("-A INPUT -d 192.0.2.90 -p tcp --dport 25 -j DROP")
    bounce(lab, "alone.example")
    eventually(lambda: paged("firing"), "a host dies, and nobody is told", PATIENCE, daemon.log)
    time.sleep(5)
    receiver, alert = paged("firing")[0]
    cases.check("a host dies: the one right alert, to the postmaster", names("firing") == ["MxpulseDestinationNoAnswer"] and receiver == "postmaster"
                and {a["labels"]["destination"] for _, a in paged("firing")} == {"alone.example"}, Receiver.told)
    group = Receiver.told[0][1]["groupLabels"]
    cases.check("grouped by its provider", group == {"alertname": "MxpulseDestinationNoAnswer", "provider": "alone.example"}, group)
    says_what = alert["annotations"]
    cases.check("blackbox_exporter says the same of it, and of it alone", [host for host, good in second_opinions().items() if not good] == ["mx.alone.example"],
                second_opinions())
    cases.check("with cause, streak, since, next retry and what to do", says_what["cause"] == "timeout" and int(says_what["streak"]) >= 3
                and "UTC" in says_what["since"] and "UTC" in says_what["next_retry"] and "alone.example" in says_what["description"]
                and says_what["runbook_url"] == "http://127.0.0.1:9425/runbook#mxpulsedestinationnoanswer"
                and says_what["dashboard_url"] == "http://127.0.0.1:3000/d/mxpulse-destination?var-instance=127.0.0.1:9425&var-destination=alone.example", says_what)
    cases.check("the address of Grafana is no label of an alert", "grafana" not in alert["labels"], alert["labels"])
    cases.check("where the daemon says what to do", 'id="mxpulsedestinationnoanswer"' in get("/runbook")[1])
    firewall("-D INPUT -d 192.0.2.90 -p tcp --dport 25 -j DROP")
    all_resolve("a host", daemon.log)

    firewall("-A INPUT -d 192.0.2.91 -p tcp --dport 25 -j DROP")
    eventually(lambda: firing().count("MxpulseDestinationNoAnswer") == len(TENANTS), "the provider's destinations are seen", PATIENCE, daemon.log)
    time.sleep(5)
    cases.check("a provider dies: one alert, to who is on call", names("firing") == ["MxpulseProviderNoAnswer"] and {one for one, _ in paged("firing")} == {"on-call"}
                and {a["labels"]["provider"] for _, a in paged("firing")} == {"provider.example"}, Receiver.told)
    cases.check("which names its destinations", paged("firing")[-1][1]["annotations"]["destinations"].split() == ["a.example", "b.example", "c.example"], paged("firing"))
    firewall("-D INPUT -d 192.0.2.91 -p tcp --dport 25 -j DROP")
    all_resolve("a provider", daemon.log)

    firewall("-A OUTPUT -p tcp --dport 25 -j DROP")
    eventually(lambda: paged("firing"), "our port 25 is cut, and nobody is told", PATIENCE, daemon.log)
    time.sleep(31 * MINUTE / 1000 + 4)  # longer than any other alert would take
    cases.check("our port 25 is cut: the vantage alert alone", names("firing") == ["MxpulseVantageImpaired"], Receiver.told)
    firewall("-D OUTPUT -p tcp --dport 25 -j DROP")
    all_resolve("our port 25", daemon.log)
cases.end()
