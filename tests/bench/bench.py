#!/usr/bin/env python3
"""bench.py BUILD [--quick] [PART...]: measures, prints one table, and keeps it in BUILD/table.md. Begin with tests/bench/run.

PART is one of probes, waiting, dns, log, parts, gate, daemon, stop, scaling; all of them when none is named.
"""

import os
import subprocess
import sys
import tempfile

import daemons
import probes
import reading
from measure import Table

LAB = ("ip link set lo up",
       "sysctl -qw net.core.somaxconn=65535 net.ipv4.tcp_max_syn_backlog=65535",
       "sysctl -qw net.ipv4.ip_local_port_range=1024\t65535",
       # nobody answers here: the SYN is dropped
       f"iptables -A INPUT -d {probes.SILENT} -p tcp --syn -j DROP",
       f"iptables -A INPUT -d {daemons.SILENT} -p tcp --syn -j DROP")


def enter():
    """Begins anew in a network namespace of its own, from which nothing leads out."""
    if os.environ.get("MXPULSE_BENCH") != "inside":
        os.environ["MXPULSE_BENCH"] = "inside"
        os.execvp("unshare", ["unshare", "-n", sys.executable] + sys.argv)
    for command in LAB:
        subprocess.run(command.split(" "), check=True)


def main():
    build = os.path.abspath(sys.argv[1])
    quick = "--quick" in sys.argv
    parts = {"probes": probes.answered, "waiting": probes.waiting, "dns": reading.dns, "log": reading.log, "parts": reading.parts,
             "gate": daemons.gate, "daemon": daemons.large, "stop": daemons.stop, "scaling": daemons.scaling}
    wanted = [part for part in sys.argv[2:] if part in parts] or list(parts)
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        for part in wanted:
            print(part, file=sys.stderr, flush=True)
            parts[part](build, folder, table, quick)
            table.keep(os.path.join(build, "table.md"))
    print(table.text())


enter()
main()
