#!/usr/bin/env python3
"""10,000 destinations, a third of them silent or refusing: memory and descriptors do not grow.
MXPULSE_SOAK_SECONDS says for how long (60; 600 for the whole test)."""

import os
import time

from lab import *

enter()
cases = Cases()
SECONDS = int(os.environ.get("MXPULSE_SOAK_SECONDS", "60"))
COUNT = 10_000
CONFIG = """[dns]
servers = ["127.0.0.53"]
[probe]
connect_timeout = "2s"
greeting_timeout = "2s"
interval = "20s"
interval_undecided = "5s"
interval_silent_max = "20s"
per_address = "1s"
max_in_flight = 2000
allow = ["198.18.0.0/15"]
[watch]
destinations = [{destinations}]
[log]
level = "error"
"""


def usage(pid):
    """Resident memory in kB, and open descriptors."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        rss = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return rss, len(os.listdir(f"/proc/{pid}/fd"))


with Lab() as lab:
    # 3,000 addresses: 1,000 greet, 1,000 refuse (nobody listens), 1,000 drop the SYN.
    records = []
    for number in range(COUNT):
        third, index = number % 3, number // 3 % 1000
        records.append(f"d{number} MX 10 h{third}-{index}")
    for third in range(3):
        for index in range(1000):
            records.append(f"h{third}-{index} A 198.18.{third * 4 + index // 250}.{index % 250 + 1}")
    lab.dns({"lab.example": "\n".join(records)})
    firewall("-A INPUT -d 198.18.8.0/22 -p tcp --dport 25 -j DROP")
    Host("0.0.0.0", says(b"220 soak\r\n"))
    firewall("-A INPUT -d 198.18.4.0/22 -p tcp --dport 25 -j REJECT --reject-with tcp-reset")

    daemon = lab.daemon(CONFIG.format(destinations=", ".join(f'"d{number}.lab.example"' for number in range(COUNT))))
    eventually(lambda: metrics()['mxpulse_destinations{verdict="unknown"}'] == 0, "every destination gets a verdict", 180, daemon.log)
    series = metrics()
    verdicts = [series[f'mxpulse_destinations{{verdict="{v}"}}'] for v in ("available", "unavailable")]
    cases.check("a third answers, two thirds do not", verdicts == [3334, 6666], verdicts)
    time.sleep(20)  # one more round: caches and buffers have their size
    samples = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        metrics()
        samples.append(usage(daemon.pid))
        time.sleep(2)
    quarter = max(1, len(samples) // 4)
    first, last = (max(rss for rss, _ in part) for part in (samples[:quarter], samples[-quarter:]))
    cases.check("memory does not grow", last <= first * 1.03 + 1024, (first, last))
    cases.check("nor do descriptors", max(fds for _, fds in samples[-quarter:]) <= max(fds for _, fds in samples[:quarter]) + 50, samples[-3:])
    print(f"{SECONDS} s, {first} kB at first and {last} kB at last, {samples[-1][1]} descriptors, "
          f"{sum(v for k, v in metrics().items() if k.startswith('mxpulse_probes_total')):.0f} probes")
    cases.check("SIGTERM ends it cleanly", lab.end(daemon) == 0)
cases.end()
