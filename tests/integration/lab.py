"""A small internet in network namespaces of the test's own: DNS by nsd and unbound, mail hosts scripted or real.

enter() runs the test again inside; nothing in it has a way out.
"""

import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

MXPULSE = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "mxpulse"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DNS = "127.0.0.53"  # unbound, what mxpulse asks
AUTHORITY = "127.0.0.54"  # nsd, what unbound asks
SKIP = 77


def enter():
    """Begins anew inside `unshare`, or skips where the machine forbids that."""
    if os.environ.get("MXPULSE_LAB") != "inside":
        if subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True).returncode != 0:
            print("skip: this machine allows no network namespaces (unshare -n -m)")
            sys.exit(SKIP)
        os.environ["MXPULSE_LAB"] = "inside"
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable] + sys.argv)
    for command in ("ip link set lo up",
                    "ip route add local 192.0.2.0/24 dev lo",
                    "ip route add local 198.18.0.0/15 dev lo",
                    "ip route add unreachable 203.0.113.0/24",
                    "ip -6 route add local 2001:db8::/64 dev lo",
                    "ip -6 addr add 2001:db8::ff/128 dev lo nodad"):
        run(command)


def quick(greeting="1s", silent="1s"):
    """The beginning of a configuration whose probes take seconds where the default takes minutes."""
    return f"""[dns]
servers = ["{DNS}"]
[probe]
connect_timeout = "1s"
greeting_timeout = "{greeting}"
interval = "1s"
interval_undecided = "500ms"
interval_silent_max = "{silent}"
per_address = "500ms"
allow = ["192.0.2.0/24", "2001:db8::/64"]
"""


def run(command, **options):
    return subprocess.run(command.split() if isinstance(command, str) else command, check=True, capture_output=True, text=True, **options)


def firewall(*rules):
    for rule in rules:
        run(("ip6tables " if "2001:" in rule else "iptables ") + rule)


class Lab:
    """Owns every process and file it starts; leaving it ends them."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="mxpulse-lab-")
        os.chmod(self.folder, 0o755)
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def start(self, command, **options):
        log = open(self.path(os.path.basename(command[0]) + f".{len(self.processes)}.log"), "w", encoding="utf-8")
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, **options)
        process.log = log.name
        self.processes.append(process)
        return process

    def end(self, process, number=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return process.returncode

    def dns(self, zones, broken=()):
        """Serves {zone: records}; names of the `broken` zones fail with SERVFAIL, for their servers are dead."""
        nsd = f"""server:
  ip-address: {AUTHORITY}@53
  zonesdir: {self.folder}
  pidfile: {self.path("nsd.pid")}
  database: ""
  username: ""
  xfrdfile: {self.path("xfrd")}
  zonelistfile: {self.path("zones")}
  cookie-secret-file: ""
remote-control:
  control-enable: no
"""
        stubs = ""
        for zone, records in zones.items():
            self.write(zone + ".zone", f"$ORIGIN {zone}.\n$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 5\n@ NS ns\nns A {AUTHORITY}\n{records}\n")
            nsd += f"zone:\n  name: {zone}\n  zonefile: {zone}.zone\n"
            stubs += f'stub-zone:\n  name: "{zone}"\n  stub-addr: {AUTHORITY}\n'
        for zone in broken:
            stubs += f'stub-zone:\n  name: "{zone}"\n  stub-addr: 127.0.0.99\n'
        unbound = f"""server:
  interface: {DNS}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{self.folder}"
  pidfile: "{self.path("unbound.pid")}"
  use-syslog: no
  module-config: "iterator"
  cache-max-ttl: 1
  cache-max-negative-ttl: 1
  local-zone: "test." nodefault
remote-control:
  control-enable: no
{stubs}"""
        self.start(["nsd", "-d", "-c", self.write("nsd.conf", nsd)])
        self.resolver = self.start(["unbound", "-d", "-c", self.write("unbound.conf", unbound)])
        first = next(iter(zones))
        eventually(lambda: asks(DNS, "ns." + first), "DNS does not come up")

    def check(self, *arguments, timeout=120, stdin=None):
        """Runs `mxpulse check --json` and gives {destination: object} and the exit status."""
        done = subprocess.run([MXPULSE, "check", "--json", "--dns", DNS, *arguments], capture_output=True, timeout=timeout, input=stdin)
        return {one["destination"]: one for one in map(json.loads, done.stdout.splitlines())}, done

    def daemon(self, config, **options):
        process = self.start([MXPULSE, "run", "--config", self.write("mxpulse.toml", config)], **options)
        eventually(lambda: get("/-/ready")[0] == 200, "mxpulse does not get ready", log=process.log)
        return process


def asks(server, name):
    """Whether the server answers NOERROR for an A of this name."""
    question = struct.pack(">6H", 4711, 0x0100, 1, 0, 0, 0) + b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        try:
            client.sendto(question, (server, 53))
            return client.recv(512)[3] & 15 == 0
        except OSError:
            return False


def eventually(condition, complaint, seconds=30, log=None):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    if log:
        print(open(log, encoding="utf-8", errors="replace").read()[-4000:])
    raise AssertionError(complaint)


def get(path, method="GET", headers=None, host="127.0.0.1:9425", patience=10):
    """Status and body, or (0, "") when nobody answers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://{host}{path}", method=method, headers=headers or {}), timeout=patience) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8")
    except OSError:
        return 0, ""


def metrics():
    """{series: value} of /metrics, which promtool must accept."""
    body = get("/metrics")[1]
    lint = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, text=True)
    assert lint.returncode == 0, lint.stdout + lint.stderr
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in body.splitlines() if line and not line.startswith("#")}


def open_metrics():
    """Names of the samples of /metrics in OpenMetrics, which a parser of that format must accept."""
    body = get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})[1]
    reader = """import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(sample.name)
"""  # by Debian's Python, whose package it is
    read = subprocess.run(["/usr/bin/python3", "-c", reader], input=body, capture_output=True, text=True)
    assert read.returncode == 0, read.stderr
    return set(read.stdout.split())


class Host:
    """A scripted mail host: `play(connection)` for each that connects, on a thread of its own."""

    def __init__(self, address, play, port=25):
        self.connections = 0
        self.heard = []
        self.play = play
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(512)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            self.play(self, connection)
        except OSError:
            pass
        connection.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def held():
    """Who mxpulse holds, as it tells Prometheus."""
    return sorted(re.search('destination="([^"]*)"', series)[1] for series, value in metrics().items()
                  if series.startswith("mxpulse_destination_held{") and value == 1)


def says(*pieces, wait=0.0):
    """Sends the pieces, hears what the client says, says 221 to it, and waits for its close."""
    def play(host, connection):
        for piece in pieces:
            time.sleep(wait)
            connection.sendall(piece)
        connection.settimeout(20)
        heard = connection.recv(1000)
        if heard:
            connection.sendall(b"221 bye\r\n")
            heard += connection.recv(1000)
        host.heard.append(heard)
    return play


def takes_mail_saying(reply):
    """Takes every message and says `reply` to it; `heard` has when."""
    def play(host, connection):
        connection.sendall(b"220 mx ESMTP\r\n")
        connection.settimeout(20)
        data = False
        pending = b""
        while True:
            piece = connection.recv(65536)
            if not piece:
                return
            pending += piece
            while b"\r\n" in pending:
                line, pending = pending.split(b"\r\n", 1)
                if data:
                    if line == b".":
                        data = False
                        host.heard.append(time.monotonic())
                        connection.sendall(reply + b"\r\n")
                    continue
                word = line[:4].upper()
                if word == b"DATA":
                    data = True
                    connection.sendall(b"354 go\r\n")
                elif word == b"QUIT":
                    connection.sendall(b"221 bye\r\n")
                    return
                else:
                    connection.sendall(b"250 ok\r\n")
    return play


takes_mail = takes_mail_saying(b"250 taken")


def silent(_, connection):
    connection.settimeout(60)
    connection.recv(1)


def closes(_, connection):
    connection.close()


def resets(_, connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Cases:
    """Counts and prints what was expected; ends the program by it. One of which a part was skipped counts as skipped."""

    def __init__(self):
        self.failed = 0
        self.skipped = 0

    def check(self, name, holds, details=""):
        print(("ok   " if holds else "FAIL ") + name + ("" if holds else f": {details}"), flush=True)
        self.failed += not holds

    def skip(self, why):
        print("skip: " + why, flush=True)
        self.skipped += 1

    def end(self):
        sys.exit(1 if self.failed else SKIP if self.skipped else 0)
