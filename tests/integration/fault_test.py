#!/usr/bin/env python3
"""A machine in trouble: one system call after the other fails, descriptors and ports run out, a thousand clients dawdle.

Whatever fails is our own fault: no host that answers gets a streak for it, no file breaks, no hold stays behind. Where no memory
is left mxpulse ends, and the next one goes on. MXPULSE_FAULTS chooses how many calls of each function are tried.
"""

import contextlib
import os
import resource
import socket
import sqlite3
import subprocess
import time

from lab import *

enter()
cases = Cases()
FAULTS = int(os.environ.get("MXPULSE_FAULTS", "4"))
SHIM = os.path.join(os.path.dirname(MXPULSE), "tests", "libfailing_calls.so")
READY = range(0, 6)
SILENT = 6

CONFIG = """[dns]
servers = ["127.0.0.53"]
[probe]
connect_timeout = "500ms"
greeting_timeout = "1s"
interval = "200ms"
interval_undecided = "100ms"
interval_silent_max = "200ms"
per_address = "100ms"
allow = ["192.0.2.0/24"]
[watch]
destinations = [{names}]
bounces = 1
[health]
fall = 2
[vantage]
controls = []
panic_ratio = 1.0
[gate]
mode = "enforce"
[gate.exim]
hold_file = "{folder}/hold"
program = "/bin/true"
[[feed]]
type = "ndjson"
path = "{folder}/bounces.ndjson"
[store]
path = "{folder}/mxpulse.db"
"""


def is_healthy():
    return get("/-/healthy")[0] == 200


def streaks_of_ready(folder):
    with contextlib.closing(sqlite3.connect(f"file:{folder}/mxpulse.db?mode=ro", uri=True, timeout=30)) as database:
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            return "the file is not whole"
        if not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'address'").fetchall():
            return []  # it ended before it had made its tables
        rows = database.execute("SELECT address, no_answers FROM address WHERE no_answers > 0").fetchall()
    return [row for row in rows if row[0] != f"192.0.2.{100 + SILENT}"]


def holds_somebody(folder):
    try:
        return any(line.strip() and line[0] != "#" for line in open(os.path.join(folder, "hold"), encoding="utf-8"))
    except FileNotFoundError:
        return False


def one_fault(lab, wish):
    """What is wrong after a run in which this call failed, in words."""
    log = lab.path("fault.log")
    with open(log, "w", encoding="utf-8") as file:
        process = subprocess.Popen([MXPULSE, "run", "--config", lab.path("mxpulse.toml")], stdout=file, stderr=subprocess.STDOUT,
                                   env={**os.environ, "LD_PRELOAD": SHIM, "MXPULSE_FAIL": wish})
    lab.processes.append(process)
    end = time.monotonic() + 1.5
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.05)
    # While no socket at all can be waited for, no HTTP client can be.
    waits_for_clients = not (wish.startswith("epoll_ctl") and wish.endswith("+"))
    if process.poll() is None and waits_for_clients and not eventually_or_not(is_healthy, 20):
        yield "it runs, and answers nobody"
    # All memory gone, or what its loop cannot do without: then it ends, and whoever started it sees that it failed.
    if process.poll() == 0:
        yield "it ended as if it were well"
    lab.end(process)
    lab.processes.remove(process)
    if process.returncode == -9:
        yield "it did not end when told to"
    if not eventually_or_not(lambda: not holds_somebody(lab.folder), 20):
        yield "a hold was left behind"
    aside = [name for name in os.listdir(lab.folder) if ".broken-" in name]
    for name in aside:
        os.remove(lab.path(name))
    if aside:
        yield "a good file was set aside"
    wrong = streaks_of_ready(lab.folder)
    if wrong:
        yield f"it is written down that who answers does not: {wrong}"


def eventually_or_not(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def sweep(lab):
    numbers = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233][:FAULTS * 2:2]
    wishes = [f"{call}:{number}{more}" for call in ("socket", "connect", "read", "write", "fsync", "epoll_ctl") for number in numbers for more in ("", "+")]
    wishes += [f"malloc:{number * 97}" for number in numbers + [20, 50, 100, 200]]
    wrong = []
    for wish in wishes:
        for one in one_fault(lab, wish):
            wrong.append(f"{wish}: {one}")
            print("     " + wrong[-1], flush=True)
    cases.check(f"{len(wishes)} failing calls: no streak, no broken file, no hold for them", not wrong, wrong[:5])


def few_descriptors(lab):
    process = lab.daemon(open(lab.path("mxpulse.toml"), encoding="utf-8").read(),
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    idle = [socket.create_connection(("127.0.0.1", 9425)) for _ in range(30)]
    eventually(lambda: metrics().get('mxpulse_destinations{verdict="available"}') == len(READY), "64 descriptors are enough", 60, process.log)
    cases.check("with 64 descriptors it probes and serves", is_healthy())
    for one in idle:
        one.close()
    cases.check("and nobody who answers has a streak", lab.end(process) == 0 and streaks_of_ready(lab.folder) == [])


def setting(name, value):
    with open("/proc/sys/net/ipv4/" + name, "w", encoding="utf-8") as file:
        file.write(value)


def is_bound(one, port):
    try:
        one.bind(("0.0.0.0", port))
        return True
    except OSError:  # mxpulse has it for a moment
        return False


def few_ports(lab):
    process = lab.daemon(open(lab.path("mxpulse.toml"), encoding="utf-8").read())
    eventually(lambda: metrics().get('mxpulse_destinations{verdict="available"}') == len(READY), "all are available", 60, process.log)
    local_errors = lambda: metrics().get('mxpulse_probes_total{cause="local_error",outcome="not_tried"}', 0)
    taken = [socket.socket() for _ in range(3)]
    for number, one in enumerate(taken):
        eventually(lambda: is_bound(one, 40000 + number), "a port of ours is free", 90)
    setting("ip_local_port_range", "40000 40002")
    time.sleep(3)
    for one in taken:
        one.close()
    setting("ip_local_port_range", "32768 60999")
    eventually(lambda: local_errors() >= 1, "that no port was left is a local error", 60, process.log)
    cases.check("and no streak", lab.end(process) == 0 and streaks_of_ready(lab.folder) == [], streaks_of_ready(lab.folder))


def dawdling_clients(lab, addresses, whence):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, max(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    process = lab.daemon(open(lab.path("mxpulse.toml"), encoding="utf-8").read())
    clients = []

    def come(address):
        client = socket.socket()
        client.bind((address, 0))
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", 9425))
        return client

    for number in range(1000):
        clients.append(come(addresses[number % len(addresses)]))
    request = b"GET /metrics HTTP/1.1\r\nHost: slow\r\nX-Slow: " + b"x" * 100
    scrapes = []
    for byte in request[:20]:
        for number, client in enumerate(clients):
            try:
                client.send(bytes([byte]))
            except BlockingIOError:
                pass
            except OSError:  # sent away: comes again
                client.close()
                clients[number] = come(addresses[number % len(addresses)])
        began = time.monotonic()
        status = get("/metrics")[0]
        scrapes.append((status, time.monotonic() - began))
        time.sleep(0.2)
    for client in clients:
        client.close()
    cases.check(f"1,000 dawdling clients {whence}, who come again, keep no scrape waiting",
                all(status == 200 and took < 5 for status, took in scrapes), scrapes)
    cases.check("nor probes", lab.end(process) == 0 and streaks_of_ready(lab.folder) == [])


with Lab() as lab:
    names = list(READY) + [SILENT]
    lab.dns({"lab.example": "\n".join(f"d{n} MX 10 mx{n}\nmx{n} A 192.0.2.{100 + n}" for n in names)})
    for number in READY:
        Host(f"192.0.2.{100 + number}", says(b"220 ready\r\n"))
    lab.write("bounces.ndjson", '{"queue_id":"1","destination":"d%d.lab.example","class":"no_answer","said_by":"local"}\n' % SILENT)
    lab.write("mxpulse.toml", CONFIG.format(names=", ".join(f'"d{n}.lab.example"' for n in names), folder=lab.folder))
    few_descriptors(lab)
    few_ports(lab)
    dawdling_clients(lab, ["127.0.0.2"], "of one address")
    dawdling_clients(lab, [f"127.0.{number // 250}.{number % 250 + 2}" for number in range(1000)], "of a thousand addresses")
    if os.path.exists(SHIM):
        sweep(lab)
    else:
        cases.skip(f"{SHIM} was not built")
cases.end()
