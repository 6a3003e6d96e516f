"""What a probe costs: one that is answered, and one that is not."""

import json
import os
import re
import shutil
import subprocess
import time

from measure import CLIENT, SERVER, Server, cpu_of, in_turn, resident, run

SILENT = "127.9.0.0/16"
PORT = 2525
CHECK = ["check", "--json", "--direct", "--allow", "127.0.0.0/8", "--port", PORT]
BLACKBOX = """modules:
  smtp_banner:
    prober: tcp
    timeout: 10s
    tcp:
      query_response:
        - expect: "^220"
        - send: "QUIT"
"""
WRK = """local number = 0
request = function()
  number = number + 1
  return wrk.format("GET", "/probe?module=smtp_banner&target=127.3." .. math.floor(number / 250) % 250 .. "." .. number % 250 + 1 .. ":2525")
end
done = function(summary) io.write("probes ", summary.requests - summary.errors.status - summary.errors.timeout, "\\n") end
"""


def addresses(path, first, count):
    with open(path, "w", encoding="ascii") as file:
        for number in range(count):
            file.write(f"127.{first + (number >> 16)}.{number >> 8 & 255}.{number & 255}\n")
    return path


def microseconds(usage, count):
    return usage.cpu / count * 1e6


def blackbox(folder, seconds):
    """CPU of one probe by blackbox_exporter, asked over HTTP as Prometheus asks it."""
    config, script = os.path.join(folder, "blackbox.yml"), os.path.join(folder, "probe.lua")
    with open(config, "w", encoding="ascii") as file:
        file.write(BLACKBOX)
    with open(script, "w", encoding="ascii") as file:
        file.write(WRK)
    with Server(["prometheus-blackbox-exporter", "--config.file", config, "--web.listen-address", "127.0.0.1:9115", "--log.level", "error"],
                core=CLIENT, ready=False, stderr=subprocess.DEVNULL) as exporter:
        for _ in range(100):
            if subprocess.run(["wrk", "-t1", "-c1", "-d1s", "http://127.0.0.1:9115/-/healthy"], capture_output=True, check=False).stdout.find(b"Requests/sec") >= 0:
                break
        before = cpu_of(exporter.pid)
        said = subprocess.run(["taskset", "-c", str(SERVER), "wrk", "-t1", "-c50", f"-d{seconds}s", "-s", script, "http://127.0.0.1:9115"],
                              capture_output=True, text=True, check=True).stdout
        return (cpu_of(exporter.pid) - before) / int(re.search(r"probes (\d+)", said).group(1)) * 1e6


def answered(build, folder, table, quick):
    rounds, count, few = (3, 20_000, 100) if quick else (7, 60_000, 400)
    targets = addresses(os.path.join(folder, "answering"), 1, count)
    some = addresses(os.path.join(folder, "some"), 1, few)
    check_smtp = "/usr/lib/nagios/plugins/check_smtp"

    def limit(*more):
        usage = run([f"{build}/limit", "127.1.0.0", count, PORT, 1000, 30_000, *more])
        assert f"{count} answered" in usage.output, usage.output
        return microseconds(usage, count)

    def mxpulse(*more):
        usage = run([f"{build}/mxpulse", *CHECK, "--concurrency", 1000, *more, "-"], stdin=targets)
        assert usage.output.count('"cause":"ready"') == count, usage.output[-300:]
        return microseconds(usage, count)

    ways = {"limit: bare epoll": limit,
            "limit that awaits the 221": lambda: limit("wait"),
            "mxpulse check --json -": mxpulse,
            "blackbox_exporter": lambda: blackbox(folder, 2 if quick else 6)}
    if os.path.exists(check_smtp):
        ways["check_smtp"] = lambda: microseconds(run(["xargs", "-P8", "-I@", check_smtp, "-H", "@", "-p", PORT], stdin=some), few)
    if shutil.which("nmap"):
        ways["nmap --script banner"] = lambda: microseconds(
            run(["nmap", "-n", "-Pn", "-sT", "-T5", "--max-retries", 0, "-p", PORT, "--script", "banner", "127.1.0.0/24" if quick else "127.1.0.0/22"]),
            256 if quick else 1024)
    with Server([f"{build}/farm", PORT]):
        result = in_turn(rounds, ways)
    table.turns("a probe answered", "us CPU", result, {"mxpulse check --json -": "1.25"})
    ours, theirs = result["mxpulse check --json -"][0], result["blackbox_exporter"][0]
    table.add("", "blackbox_exporter beside mxpulse", theirs / ours, "times", "", "at least 9")


def waiting(build, folder, table, quick):
    rounds, count = (3, 20_000) if quick else (5, 40_000)
    targets = addresses(os.path.join(folder, "silent"), 9, count)

    def mxpulse():
        usage = run([f"{build}/mxpulse", *CHECK, "--connect-timeout", "900ms", "--concurrency", 10_000, "-"], stdin=targets)
        assert usage.output.count('"cause":"timeout"') == count, usage.output[-300:]
        return microseconds(usage, count)

    def prober(timeout=900, number=10_000):
        return json.loads(run([f"{build}/waiting", "127.9.0.0", number, PORT, timeout]).output)

    result = in_turn(rounds, {
        "limit: bare epoll": lambda: microseconds(run([f"{build}/limit", "127.9.0.0", count, PORT, 10_000, 900]), count),
        "mxpulse's prober": lambda: prober()["probe_us"],
        "mxpulse check --json -": mxpulse})
    table.turns("a probe not answered", "us CPU", result, {"mxpulse's prober": "1.2", "mxpulse check --json -": "1.2"})

    in_flight = 16_000
    told = prober(10_000 if quick else 30_000, in_flight)
    assert told["in_flight"] == in_flight and told["others"] == 0, told
    table.add(f"{in_flight:,} probes waiting", "mxpulse's prober", told["bytes"], "bytes of user memory each", "", "450")
    table.add("", "mxpulse's prober", told["idle_cpu"] * 100, "% CPU while they wait", "", "2")
    table.add("", "mxpulse's prober", told["late_ms_p99"], "ms late, 99th percentile", "", "50")
    few = check_waiting(build, targets, 1_000)
    many = check_waiting(build, targets, in_flight)
    table.add("", "mxpulse check --json -", (many - few) / (in_flight - 1_000), "bytes of user memory each", "", "450")


def check_waiting(build, targets, number):
    """Resident bytes of a check with so many targets waiting."""
    with open(targets, "rb") as source:
        lines = b"".join(source.readlines()[:number])
    process = subprocess.Popen([f"{build}/mxpulse", *map(str, CHECK), "--concurrency", str(number), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    process.stdin.write(lines)
    process.stdin.flush()
    time.sleep(4)
    bytes_now = resident(process.pid)
    process.kill()
    process.wait()
    return bytes_now
