"""The daemon as a large sender has it: what it holds, what a due probe costs, how late it comes, and how that grows."""

import contextlib
import gzip
import json
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.request

from measure import CLIENT, SERVER, Server, cpu_of, resident, run

SILENT = "127.144.0.0/12"
HTTP = "127.0.0.1:9425"
GATE = 9426
CONFIG = """[dns]
servers = ["127.0.0.53:5353"]
[probe]
port = 2525
allow = ["127.0.0.0/8"]
connect_timeout = "10s"
greeting_timeout = "10s"
interval = "{interval}s"
interval_undecided = "{undecided}s"
interval_silent_max = "{interval}s"
per_address = "1s"
[watch]
destinations = [{destinations}]
[gate]
mode = "enforce"
[gate.postfix]
socketmap = "127.0.0.1:9426"
[log]
level = "error"
"""


def get(path="/metrics"):
    with urllib.request.urlopen(f"http://{HTTP}{path}", timeout=60) as answer:
        return answer.read().decode()


def scrape():
    """What Prometheus gets, and the seconds until its last byte was here; gzip as Prometheus takes it."""
    begin = time.monotonic()
    with urllib.request.urlopen(urllib.request.Request(f"http://{HTTP}/metrics", headers={"Accept-Encoding": "gzip"}), timeout=60) as answer:
        body = answer.read()
        took = time.monotonic() - begin
        return gzip.decompress(body).decode() if answer.headers["Content-Encoding"] == "gzip" else body.decode(), took


def numbers(text):
    return {match[1]: float(match[2]) for match in re.finditer(r"^(mxpulse_[^ ]+) (\S+)$", text, re.M)}


def total(series, name):
    return sum(value for key, value in series.items() if key.startswith(name))


def quantile(series, histogram, share, before):
    """Upper edge of the bucket that holds so large a share of what was seen since `before`."""
    buckets = sorted((float(match[1]), value - before.get(key, 0)) for key, value in series.items()
                     if (match := re.match(histogram + r'_bucket\{le="([^"]+)"\}', key)))
    return next((edge for edge, count in buckets if count >= share * buckets[-1][1]), 0)


class Daemon(Server):
    def __init__(self, build, folder, destinations, interval, more=""):
        config = os.path.join(folder, "mxpulse.toml")
        with open(config, "w", encoding="ascii") as file:
            names = ",".join(f'"d{n}.bench.example"' for n in range(destinations))
            file.write(CONFIG.format(interval=interval, undecided=min(30, interval), destinations=names) + more)
        super().__init__([f"{build}/mxpulse", "run", "--config", config], core=CLIENT, ready=False)
        for _ in range(1200):
            try:
                get("/-/ready")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the daemon does not begin")

    def stop(self):
        """Seconds from SIGTERM to its end."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        assert code == 0, code
        return time.monotonic() - begin


class World:
    """A farm, a DNS server with so many hosts, a daemon that watches so many destinations."""

    def __init__(self, build, folder, destinations, hosts, interval, more=""):
        self.farm = Server([f"{build}/farm", 2525])
        self.dns = Server([f"{build}/dns_farm", "127.0.0.53", 5353, *str(hosts).split(":")])
        self.daemon = Daemon(build, folder, destinations, interval, more)

    def __enter__(self):
        return self.daemon

    def __exit__(self, *_):
        for one in (self.daemon, self.dns, self.farm):
            one.__exit__()


def rounds(daemon, seconds, slice_seconds):
    """Watches the daemon for so long: probes of each slice, CPU and memory."""
    first = before = numbers(get())
    cpu_before, begin = cpu_of(daemon.pid), time.monotonic()
    rates, scrapes, at = [], [], begin
    while time.monotonic() < begin + seconds:
        time.sleep(slice_seconds)
        asked = time.monotonic()
        text, took = scrape()
        now = numbers(text)
        scrapes.append(took)
        rates.append((total(now, "mxpulse_probes_total") - total(before, "mxpulse_probes_total")) / (asked - at))
        print(f"    {asked - begin:.0f} s: {rates[-1]:.0f} probes/s, {resident(daemon.pid) / 1e6:.0f} MB, scrape {scrapes[-1] * 1e3:.0f} ms",
              file=sys.stderr, flush=True)
        before, at = now, asked
    return {"probes": total(before, "mxpulse_probes_total") - total(first, "mxpulse_probes_total"), "rates": rates,
            "cpu": cpu_of(daemon.pid) - cpu_before, "seconds": time.monotonic() - begin, "megabytes": resident(daemon.pid) / 1e6,
            "late": quantile(before, "mxpulse_probe_lag_seconds", 0.99, first), "scrapes": scrapes,
            "unknown": before['mxpulse_destinations{verdict="unknown"}']}


def keep_point(build, axis, at, seen):
    """For the plot: where a world of its size or share stands, in place of what an earlier run had there."""
    path = os.path.join(build, "points.json")
    points = []
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            points = [one for one in json.load(file) if (one["axis"], one["at"]) != (axis, at)]
    points.append({"axis": axis, "at": at, "cpu_percent": seen["cpu"] / seen["seconds"] * 100, "megabytes": seen["megabytes"], "late_ms": seen["late"] * 1e3})
    with open(path, "w", encoding="ascii") as file:
        json.dump(sorted(points, key=lambda one: (one["axis"], one["at"])), file)
    subprocess.run(["/usr/bin/python3", os.path.join(os.path.dirname(__file__), "plot.py"), path], check=True)  # the one that has matplotlib


def grown(build, table, what, axis, at, seen):
    """Rows that every world has, and its point in the plot."""
    table.add(f"{what}: {seen['probes'] / seen['seconds']:.0f} probes/s", "mxpulse run", seen["cpu"] / seen["seconds"] * 100, "% of a core")
    table.add("", "mxpulse run", seen["megabytes"], "MB resident", "", "600")
    table.add("", "mxpulse run", seen["late"] * 1e3, "ms late at most, 99th percentile", "", "100")
    table.add("", "mxpulse run", statistics.median(seen["scrapes"]) * 1e3, "ms a scrape of at most 5,000 until its last byte, gzipped", "", "20")
    table.add("", "mxpulse run", max(seen["scrapes"]) * 1e3, "ms the slowest of them")
    keep_point(build, axis, at, seen)


def large(build, folder, table, quick):
    destinations, hosts, interval = (100_000, 30_000, 60) if quick else (1_000_000, 300_000, 300)
    with World(build, folder, destinations, hosts, interval) as daemon:
        seen = rounds(daemon, interval * 1.3, interval / 30)
        calm = rounds(daemon, interval * 0.5, interval / 30)
        grown(build, table, f"{destinations:,} destinations on {hosts:,} addresses, a third silent, a round each {interval} s", "destinations", destinations, calm)
        table.add("", "mxpulse run", seen["late"] * 1e3, "ms late at most, 99th percentile, the first round", "", "100")
        table.add("", "mxpulse run", max(seen["rates"]) * interval / hosts, "greatest rate of the first round, to the usual", "", "1.2")
        table.add("", "mxpulse run", calm["cpu"] / calm["probes"] * 1e6, "us CPU a probe in all, DNS beside")
        table.add("", "mxpulse run", daemon.stop(), "s to stop", "", "2")


def kept(path):
    """Rows of a store that a daemon left: {table: count}."""
    with contextlib.closing(sqlite3.connect(path)) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def stop(build, folder, table, quick):
    """With a store: how long a stop takes, in the middle of a round, and that nothing is lost by it."""
    destinations, hosts, interval = (100_000, 30_000, 60) if quick else (1_000_000, 300_000, 300)
    path = os.path.join(folder, "mxpulse.db")
    with World(build, folder, destinations, hosts, interval, f'[store]\npath = "{path}"\n') as daemon:
        time.sleep(interval * 0.7)
        asked = numbers(get())
        took = daemon.stop()
    rows = kept(path)
    print(f"    {rows}", file=sys.stderr, flush=True)
    assert rows["destination"] == destinations, rows
    what = f"{destinations:,} destinations, all in a store, {total(asked, 'mxpulse_probes_total'):,.0f} probes behind them"
    table.add(what, "mxpulse run", took, "s to stop", "", "2")


def gate(build, folder, table, quick):
    """Lookups of the socketmap, alone and while probes run at full rate in the same process."""
    seconds = 2 if quick else 5
    load = [f"{build}/socketmap_load", "127.0.0.1", GATE]
    with World(build, folder, 20_000, 15_000, 5) as daemon:
        time.sleep(3)
        for what, connections, depth in (("one question at a time on each of 16 connections", 16, 1), ("8 at a time", 16, 8)):
            before, first = cpu_of(daemon.pid), numbers(get())
            told = json.loads(run([*load, connections, depth, seconds], core=SERVER).output)
            probes = total(numbers(get()), "mxpulse_probes_total") - total(first, "mxpulse_probes_total")
            beside = f"socketmap, {what}, {probes / seconds:.0f} probes/s beside"
            table.add(beside, "mxpulse run", told["per_second"], "lookups/s", "", "50,000")
            table.add("", "mxpulse run", told["ms_p99"], "ms, 99th percentile", "", "1")
            table.add("", "mxpulse run", (cpu_of(daemon.pid) - before) / told["lookups"] * 1e6, "us CPU a lookup, the probes' with it")


def point(build, folder, table, what, axis, at, destinations, hosts, interval):
    """One world watched for 1.7 rounds; the last half counts."""
    with World(build, folder, destinations, hosts, interval) as daemon:
        rounds(daemon, interval * 1.2, interval / 5)
        grown(build, table, f"{destinations:,} destinations, {what}, a round each {interval} s", axis, at, rounds(daemon, interval * 0.5, interval / 10))


def scaling(build, folder, table, quick):
    """The largest world of the plot is that of `daemon`."""
    for count in (1_000, 10_000) if quick else (1_000, 10_000, 100_000):
        point(build, folder, table, "a third silent", "destinations", count, count, count * 3 // 10, 60 if count == 100_000 else 30)
    for share in (0, 100) if quick else (0, 25, 50, 75, 100):
        point(build, folder, table, f"{share} % silent", "% silent", share, 10_000, f"3000:{share}", 30)
