#!/usr/bin/env python3
"""Port 25 cut by a firewall: everything times out, and mxpulse knows that it is us. Half an hour of outage at the default interval of
five minutes is six rounds; here a round takes a second, and the outage twenty. MXPULSE_OUTAGE_SECONDS chooses another."""

import os
import re

from lab import *

enter()
cases = Cases()
READY = [f"ready{number}" for number in range(20)]  # of as many providers
PROVIDER = [f"many{number}" for number in range(15)]  # of one
CONTROLS = ("one", "two", "three")
OUTAGE = int(os.environ.get("MXPULSE_OUTAGE_SECONDS", "20"))
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


def names(all_of_them):
    return ", ".join(f'"{name}.example"' for name in all_of_them)


def streak(name):
    return next((value for series, value in metrics().items() if series.startswith(f'mxpulse_destination_no_answer_streak{{destination="{name}.example"')), None)


def streaks():
    return {series: value for series, value in metrics().items() if series.startswith("mxpulse_host_no_answer_streak{") and "dead" not in series}


def bounces(lab, name, number=[0]):
    """The MTA reports a message without an answer."""
    number[0] += 1
    with open(lab.path("mail.log"), "a", encoding="utf-8") as log:
        log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime())} sender postfix/smtp[1]: 4F1A2B{number[0]:04d}: to=<a@{name}.example>, relay=none, "
                  f"delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.{name}.example[192.0.2.99]:25: Connection timed out)\n")


def vantage_lines(process):
    return re.findall(r"event=vantage impaired=(\w+)", open(process.log, encoding="utf-8", errors="replace").read())


with Lab() as lab:
    zones = {f"{name}.example": f"@ MX 10 mx\nmx A 192.0.2.{number + 1}" for number, name in enumerate(READY)}
    zones |= {f"{name}.example": f"@ MX 10 mx.{PROVIDER[0]}.example." + (f"\nmx A 192.0.2.90" if name == PROVIDER[0] else "") for name in PROVIDER}
    zones |= {f"{name}.example": f"@ MX 10 mx\nmx A 192.0.2.{number + 200}\nmx AAAA 2001:db8::{number + 200}" for number, name in enumerate(CONTROLS)}
    zones |= {"dead.example": "@ MX 10 mx\nmx A 192.0.2.99", "six.example": "@ MX 10 mx\nmx AAAA 2001:db8::6"}
    lab.dns(zones)
    firewall("-A INPUT -d 192.0.2.99 -p tcp --dport 25 -j DROP")
    for last in ("6", "200", "201", "202"):
        run(f"ip -6 addr add 2001:db8::{last}/128 dev lo nodad")
    hosts = [Host(f"192.0.2.{number + 1}", says(b"220 ready\r\n")) for number in range(len(READY))]
    provider = Host("192.0.2.90", says(b"220 provider\r\n"))
    controls = [Host(f"192.0.2.{number + 200}", says(b"220 control\r\n")) for number in range(3)] + [Host(f"2001:db8::{number + 200}", says(b"220 control\r\n")) for number in range(3)]
    six = Host("2001:db8::6", says(b"220 six\r\n"))
    everybody = hosts + [provider, six] + controls
    lab.write("mail.log", "")

    daemon = lab.daemon(CONFIG.format(destinations=names(READY + PROVIDER + ["dead", "six"]), controls=names(CONTROLS), folder=lab.folder))
    eventually(lambda: metrics()['mxpulse_destinations{verdict="available"}'] == len(READY) + len(PROVIDER) + 1, "everybody but one answers", 60, daemon.log)
    bounces(lab, "dead")
    eventually(lambda: held() == ["dead.example"], "who is silent, and bounced, would be held", 60, daemon.log)
    series = metrics()
    cases.check("in no doubt: controls answer, the vantage is well", (series["mxpulse_vantage_impaired"], series["mxpulse_controls"]) == (0, 3), series["mxpulse_controls"])
    cases.check("a silent destination alone is no doubt", vantage_lines(daemon) == [])

    def connects(seconds):
        """Connections of each second."""
        counts = []
        before = sum(host.connections for host in everybody)
        for _ in range(seconds):
            time.sleep(1)
            now = sum(host.connections for host in everybody)
            counts.append(now - before)
            before = now
        return counts

    normal = max(connects(6))

    # One provider with many destinations is not everything.
    firewall("-A INPUT -d 192.0.2.90 -p tcp --dport 25 -j DROP")
    eventually(lambda: streak(PROVIDER[0]) and streak(PROVIDER[0]) >= 3, "one provider's silence is its own", 60, daemon.log)
    cases.check("one provider with many destinations is not everything", metrics()["mxpulse_vantage_impaired"] == 0 and vantage_lines(daemon) == [])
    firewall("-D INPUT -d 192.0.2.90 -p tcp --dport 25 -j DROP")
    eventually(lambda: streak(PROVIDER[0]) == 0, "and it is back", 60, daemon.log)

    # Everything is cut.
    before = streaks()
    dead_before = streak("dead")
    for table in ("iptables", "ip6tables"):
        run(f"{table} -A OUTPUT -p tcp --dport 25 -j DROP")
    cut = time.monotonic()
    eventually(lambda: metrics()["mxpulse_vantage_impaired"] == 1, "it sees that it is us", 30, daemon.log)
    cases.check("what was held is released", held() == [], held())
    dead_impaired = streak("dead")
    while time.monotonic() < cut + OUTAGE:
        bounces(lab, READY[0])  # the MTA is cut off too
        bounces(lab, READY[1])
        bounces(lab, "dead")
        time.sleep(1)
    series = metrics()
    cases.check("all the while one condition", series["mxpulse_vantage_impaired"] == 1 and series["mxpulse_controls_answering"] == 0)
    cases.check("one line tells it", vantage_lines(daemon) == ["yes"], vantage_lines(daemon))
    cases.check("no streak grew", streaks() == before, {k: v for k, v in streaks().items() if before.get(k) != v})
    cases.check("not even the one of who is silent anyhow", streak("dead") == dead_impaired and dead_impaired <= dead_before + 1, (dead_before, dead_impaired, streak("dead")))
    cases.check("nobody is held", held() == [])
    cases.check("nobody's verdict changed", series['mxpulse_destinations{verdict="available"}'] == len(READY) + len(PROVIDER) + 1, series)

    # And back.
    for table in ("iptables", "ip6tables"):
        run(f"{table} -D OUTPUT -p tcp --dport 25 -j DROP")
    after = connects(8)
    cases.check("no burst when it clears", max(after) <= 1.5 * normal + 5, (normal, after))
    eventually(lambda: metrics()["mxpulse_vantage_impaired"] == 0, "it sees that it is well again", 30, daemon.log)
    cases.check("told once more", vantage_lines(daemon) == ["yes", "no"], vantage_lines(daemon))
    eventually(lambda: streak("dead") > dead_impaired, "a silence counts again", 30, daemon.log)
    eventually(lambda: held() == ["dead.example"], "who is still silent would be held again", 30, daemon.log)
    cases.check("everybody else as before", streaks() == before)

    # IPv6 alone.
    run("ip6tables -A OUTPUT -p tcp --dport 25 -j DROP")
    eventually(lambda: metrics()['mxpulse_vantage_family_impaired{family="ipv6"}'] == 1, "IPv6 alone is seen", 60, daemon.log)
    time.sleep(3)
    series = metrics()
    cases.check("IPv6 alone impairs IPv6 alone", (series["mxpulse_vantage_impaired"], series['mxpulse_vantage_family_impaired{family="ipv4"}']) == (0, 0))
    cases.check("its host's streak stays", streak("six") == 0, streak("six"))
    cases.check("IPv4's hold stands", held() == ["dead.example"], held())
    lab.end(daemon)
    run("ip6tables -F OUTPUT")

    # Cut from the start.
    run("iptables -A OUTPUT -p tcp --dport 25 -j DROP")
    daemon = lab.daemon(CONFIG.format(destinations=names(READY), controls=names(CONTROLS), folder=lab.folder))
    eventually(lambda: metrics()["mxpulse_vantage_impaired"] == 1, "a port that is blocked from the start is seen", 60, daemon.log)
    log = open(daemon.log, encoding="utf-8").read()
    cases.check("in plain words: who blocks it, and how to try", "blocks outgoing port 25" in log and "mxpulse check" in log, log[-2000:])
    cases.check("and nobody counts as silent", all(value <= 0 for value in streaks().values()), streaks())
cases.end()
