#!/usr/bin/env python3
"""/probe?target=DOMAIN asks now, for whoever waits: in blackbox_exporter's manner, within the scraper's time, and within our manners."""

import concurrent.futures

from lab import *

enter()
cases = Cases()
CONFIG = """[dns]
servers = ["127.0.0.53"]
[probe]
connect_timeout = "30s"
greeting_timeout = "30s"
per_address = "8s"
allow = ["192.0.2.0/24"]
[watch]
destinations = ["watched.lab.example"]
[vantage]
controls = ["control.example"]
"""


def probe(domain, timeout=None):
    """Status, {series: value}, seconds; promtool must take what comes."""
    began = time.monotonic()
    status, body = get(f"/probe?target={domain}", headers={"X-Prometheus-Scrape-Timeout-Seconds": str(timeout)} if timeout else None, patience=40)
    took = time.monotonic() - began
    if status != 200:
        return status, {"why": body}, took
    lint = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, text=True)
    assert lint.returncode == 0, lint.stdout + lint.stderr
    return status, {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in body.splitlines() if not line.startswith("#")}, took


with Lab() as lab:
    lab.dns({"lab.example": "\n".join([
        "watched MX 10 mx1\nmx1 A 192.0.2.1", "stranger MX 10 mx2\nstranger MX 20 mx1\nmx2 A 192.0.2.2", "refused MX 10 mx3\nmx3 A 192.0.2.3",
        "dark MX 10 mx4\nmx4 A 192.0.2.4", "inside MX 10 mx5\nmx5 A 10.0.0.1\nmx5 A 127.0.0.1", "null MX 0 ."] + [f"many{n} MX 10 many-mx{n}\nmany-mx{n} A 192.0.2.{n + 50}" for n in range(40)]),
             "control.example": "@ MX 10 mx\nmx A 192.0.2.200"})
    Host("192.0.2.200", says(b"220 control\r\n"))
    watched = Host("192.0.2.1", says(b"220 ready\r\n"))
    stranger = Host("192.0.2.2", says(b"220 <script>alert(1)</script>\r\n"))
    own = Host("127.0.0.1", says(b"220 our own\r\n"))
    firewall("-A INPUT -d 192.0.2.4 -p tcp --dport 25 -j DROP")
    daemon = lab.daemon(CONFIG)
    eventually(lambda: metrics()['mxpulse_destinations{verdict="available"}'] == 1, "the watched one answers", 60, daemon.log)

    status, found, took = probe("watched.lab.example")
    cases.check("who is watched is told", status == 200 and found["probe_success"] == 1 and found['probe_verdict{verdict="available"}'] == 1, found)
    cases.check("and was asked a moment ago: not again within per_address", watched.connections == 1 and took < 5, (watched.connections, took))

    status, found, took = probe("stranger.lab.example")
    cases.check("who is not watched is asked now", status == 200 and found["probe_success"] == 1 and found["probe_complete"] == 1 and stranger.connections == 1
                and found['probe_phase_seconds{host="mx2.lab.example",address="192.0.2.2",phase="greeting"}'] < 5, found)
    cases.check("a host that two share was asked once for both", watched.connections == 1 and found["probe_addresses_answering"] == 2, found)
    cases.check("and is watched no more", get("/api/v1/destinations/stranger.lab.example")[0] == 404 and metrics()["mxpulse_destinations_tracked"] == 1)
    probe("stranger.lab.example", timeout=2)
    cases.check("asked again at once, it is not connected to again", stranger.connections == 1, stranger.connections)
    cases.check("nothing that it said is told", not any("script" in one for one in found), found)

    status, found, _ = probe("refused.lab.example")  # once a control is heard after it: before, the fault might be ours
    cases.check("who refuses fails, with the cause", found["probe_success"] == 0 and found.get('probe_cause{cause="refused"}') == 1, found)
    status, found, took = probe("null.lab.example")
    cases.check("so does who takes no mail", found["probe_success"] == 0 and found.get('probe_cause{cause="null_mx"}') == 1 and took < 10, found)
    status, found, took = probe("inside.lab.example")
    cases.check("addresses of our own are never connected to", found["probe_success"] == 0 and own.connections == 0 and found.get('probe_cause{cause="denied_address"}') == 1, found)

    status, found, took = probe("dark.lab.example", timeout=3)
    cases.check("the scraper's time is kept: what is known by then", status == 200 and took < 3.5 and found["probe_success"] == 0 and found["probe_complete"] == 0, (took, found))
    cases.check("addresses, ports, nonsense: 400", {get("/probe" + query)[0] for query in ("", "?target=192.0.2.1", "?target=a.example:26", "?target=/etc")} == {400})
    cases.check("for another site's page: 403", get("/probe?target=watched.lab.example", headers={"Origin": "http://evil.example"})[0] == 403)

    firewall("-A INPUT -d 192.0.2.0/24 -p tcp --dport 25 -j DROP")
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(probe, f"many{n}.lab.example", 6) for n in range(12)]
        time.sleep(1)
        began = time.monotonic()
        cases.check("while they wait, others are served", get("/-/healthy")[0] == 200 and time.monotonic() - began < 2)
        statuses = sorted(one.result()[0] for one in waiting)
    cases.check("eight at a time, the rest is told so", statuses == [200] * 8 + [429] * 4, statuses)
    rest = [probe(f"many{n}.lab.example", 1)[0] for n in range(12, 40)]
    cases.check("and thirty strangers a minute: nobody scans the world with us", rest[-1] == 429 and rest.count(200) <= 30, rest)
    pool = concurrent.futures.ThreadPoolExecutor(1)
    last = pool.submit(probe, "watched.lab.example", 20)
    time.sleep(0.5)
    began = time.monotonic()
    cases.check("a stop waits for nobody", lab.end(daemon) == 0 and time.monotonic() - began < 5, time.monotonic() - began)
    last.result()
cases.end()
