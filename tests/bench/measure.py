"""Runs programs in turn, each on one core, and keeps what the kernel says they used."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

CLIENT, SERVER = 0, max(0, min(1, (os.cpu_count() or 1) - 1))  # cores


class Usage:
    """CPU in seconds (user and system), and what it printed."""

    def __init__(self, user, system, output):
        self.user, self.system, self.output = user, system, output

    @property
    def cpu(self):
        return self.user + self.system


def run(command, core=CLIENT, stdin=None):
    with tempfile.TemporaryFile() as output:
        source = open(stdin, "rb") if stdin else subprocess.DEVNULL
        process = subprocess.Popen([str(part) for part in command], stdin=source, stdout=output, stderr=subprocess.STDOUT,
                                   preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode not in (0, 1):  # 1: check found somebody silent
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{text[-2000:]}")
    return Usage(usage.ru_utime, usage.ru_stime, text)


def cpu_of(pid):
    """CPU seconds a process that still runs has used so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid, which="VmRSS"):
    """Bytes; 0 of a process that has just ended."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith(which)), 0)


def most_resident(command):
    """Bytes at most while it runs. ru_maxrss would count what we had ourselves when it was forked."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, resident(process.pid, "VmHWM"))
        time.sleep(0.01)
    assert process.returncode == 0, process.returncode
    return most


class Server:
    """Runs until the block ends; ready when it printed a line, or at once."""

    def __init__(self, command, core=SERVER, ready=True, **options):
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE if ready else subprocess.DEVNULL,
                                        preexec_fn=lambda: os.sched_setaffinity(0, {core}), **options)
        if ready:
            self.process.stdout.readline()
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def in_turn(rounds, ways):
    """{name: function -> number}, each once a round: {name: (median, ratio to the first, least ratio, greatest)}."""
    values = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            values[name].append(way())
            print(f"  round {number + 1}: {name}: {values[name][-1]:.4g}", file=sys.stderr, flush=True)
    first = values[next(iter(ways))]
    result = {}
    for name, all_of_it in values.items():
        ratios = sorted(one / limit for one, limit in zip(all_of_it, first))
        result[name] = (statistics.median(all_of_it), statistics.median(ratios), ratios[0], ratios[-1])
    return result


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    with open("/proc/loadavg", encoding="ascii") as file:
        load = file.read().split()[0]
    return f"{os.cpu_count()} x {model}, Linux {os.uname().release.split('-')[0]}, load {load} when it ended"


class Table:
    def __init__(self):
        self.rows = []

    def add(self, work, way, value, unit, ratio="", asked=""):
        row = [work, way, f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}", unit, ratio, asked]
        self.rows.append(row)
        print("  " + " | ".join(row), file=sys.stderr, flush=True)

    def turns(self, work, unit, result, asked=None):
        """A row for each way of in_turn()."""
        for name, (median, ratio, least, greatest) in result.items():
            told = "1" if name == next(iter(result)) else f"{ratio:.2f} ({least:.2f}-{greatest:.2f})"
            self.add(work, name, median, unit, told, (asked or {}).get(name, ""))

    def text(self):
        head = ["work", "by", "median", "unit", "ratio to the first (least-greatest)", "aim"]
        lines = [head, ["---"] * len(head)] + self.rows
        return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n" + machine() + "\n"

    def keep(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.text())
        with open(path + ".json", "w", encoding="utf-8") as file:
            json.dump(self.rows, file)
