"""DNS, logs, and the parts by themselves."""

import json
import os
import statistics
import subprocess

import mail_log
from measure import Server, in_turn, most_resident, run

DNS = "127.0.0.53"
DNS_PORT = 5353


def dns(build, folder, table, quick):
    rounds, domains = (3, 20_000) if quick else (5, 100_000)
    questions = os.path.join(folder, "questions")
    with open(questions, "w", encoding="ascii") as file:
        for number in range(domains):
            file.write(f"d{number}.bench.example MX\nh{number}.bench.example A\nh{number}.bench.example AAAA\n")

    def lookup(command, **options):
        usage = run(command, **options)
        return usage.cpu / (3 * domains) * 1e6

    def ours():
        usage = run([f"{build}/dns_lookups", f"{DNS}:{DNS_PORT}", domains, 1000])
        assert f"{3 * domains} answers, 0 failed, 0 timed out" in usage.output, usage.output
        return usage.cpu / (3 * domains) * 1e6

    with Server([f"{build}/dns_farm", DNS, DNS_PORT, 10_000_000]):
        table.turns("a DNS lookup (MX, A, AAAA of a domain are three)", "us CPU", in_turn(rounds, {
            "limit: sendmmsg": lambda: lookup([f"{build}/dns_limit", DNS, DNS_PORT, domains, 1000]),
            "mxpulse: c-ares, cache, MX sets": ours,
            "dnsperf": lambda: lookup(["dnsperf", "-s", DNS, "-p", DNS_PORT, "-d", questions, "-n", 1, "-q", 1000, "-T", 1, "-c", 1]),
        }), {"mxpulse: c-ares, cache, MX sets": "1.6"})


def log(build, folder, table, quick):
    path = os.path.join(folder, "mail.log")
    size = mail_log.write(path, 100_000_000 if quick else 1_000_000_000) / 1e9
    classify = [f"{build}/mxpulse", "classify", "--format", "postfix", path]
    run(["cat", path])
    table.turns("a GB of Postfix log", "s CPU", in_turn(3, {
        "wc -l": lambda: run(["wc", "-l", path]).cpu / size,
        "grep -c -E": lambda: run(["grep", "-c", "-E", "status=(sent|deferred|bounced)", path]).cpu / size,
        "mxpulse classify": lambda: run(classify).cpu / size}))
    table.add("", "mxpulse classify", most_resident(classify) / 1e6, "MB resident at most")
    os.unlink(path)


def parts(build, folder, table, quick):
    out = os.path.join(folder, "parts.json")
    subprocess.run(["taskset", "-c", "0", f"{build}/parts", f"--benchmark_out={out}", "--benchmark_out_format=json", "--benchmark_repetitions=3",
                    f"--benchmark_min_time={0.1 if quick else 0.5}"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times, series = {}, {}
    with open(out, encoding="utf-8") as file:
        for one in json.load(file)["benchmarks"]:
            if one.get("aggregate_name") != "median":
                continue
            times[one["run_name"]] = one["cpu_time"] * {"ns": 1, "us": 1e3, "ms": 1e6}[one["time_unit"]]
            series[one["run_name"]] = one.get("series", 0)
    least = times.pop("to_chars_loop") / series["to_chars_loop"]
    rendered = times.pop("metrics_text") / series["metrics_text"]
    table.add("100,000 series rendered", "limit: to_chars loop", least * 1e5 / 1e6, "ms CPU", "1")
    table.add("", "mxpulse: /metrics", rendered * 1e5 / 1e6, "ms CPU", f"{rendered / least:.2f}", "2.5")
    for name, value in times.items():
        table.add("a part by itself", name, value, "ns CPU")
