#!/usr/bin/env python3
"""`mxpulse check --json` names outcome and cause of everything a mail host, the network and DNS can do."""

import json
import subprocess
import time

from lab import *

enter()
cases = Cases()

HOSTILE = bytes(b for b in range(256) if b != 10) + b" \x1b[31mred\x1b[0m \xff\xfe level=error event=forged"
ZONE = "\n".join(
    [f"{name} MX 10 mx-{name}" for name in (
        "ready", "multiline", "late", "busy", "rejecting", "garbage", "http", "silent", "closes", "resets", "refused", "dropped-syn", "icmp-host",
        "icmp-net", "icmp-port", "icmp-admin", "no-route", "unroutable", "loopback", "zero", "hostile", "v6-only")] + [
        f"mx-{name} A {address}" for name, address in {
            "ready": "192.0.2.1", "multiline": "192.0.2.2", "late": "192.0.2.3", "busy": "192.0.2.4", "rejecting": "192.0.2.5", "garbage": "192.0.2.6",
            "http": "192.0.2.7", "silent": "192.0.2.8", "closes": "192.0.2.9", "resets": "192.0.2.10", "refused": "192.0.2.11",
            "dropped-syn": "192.0.2.12", "icmp-host": "192.0.2.13", "icmp-net": "192.0.2.14", "icmp-port": "192.0.2.15", "icmp-admin": "192.0.2.16",
            "no-route": "100.100.100.100", "unroutable": "203.0.113.1", "loopback": "127.0.0.1", "zero": "0.0.0.0", "hostile": "192.0.2.17"}.items()] + [
        "mx-v6-only AAAA 2001:db8::1",
        "null MX 0 .",
        "implicit A 192.0.2.1",
        "no-address MX 10 nowhere",
        "text-only TXT hello",
        "dual MX 10 mx-dual", "mx-dual A 192.0.2.1", "mx-dual AAAA 2001:db8::99",
        "backup MX 10 mx-refused", "backup MX 20 mx-ready",
        "alias MX 10 www", "www CNAME mx-ready",
        "twin-a MX 10 mx-twin", "twin-b MX 10 mx-twin", "mx-twin A 192.0.2.18",
    ] + [f"big MX 10 a-host-with-a-rather-long-name-{i:02d}\na-host-with-a-rather-long-name-{i:02d} A 192.0.2.{100 + i}" for i in range(40)])

EXPECTED = {  # destination: verdict, outcome, cause, reply code
    "ready": ("available", "answered", "ready", 220),
    "multiline": ("available", "answered", "ready", 220),
    "late": ("available", "answered", "ready", 220),
    "v6-only": ("available", "answered", "ready", 220),
    "implicit": ("available", "answered", "ready", 220),
    "alias": ("available", "answered", "ready", 220),
    "hostile": ("available", "answered", "ready", 220),
    "busy": ("refusing", "answered", "busy", 421),
    "rejecting": ("refusing", "answered", "rejecting", 554),
    "garbage": ("refusing", "answered", "not_smtp", None),
    "http": ("refusing", "answered", "not_smtp", None),
    "silent": ("unavailable", "no_answer", "silent", None),
    "closes": ("unavailable", "no_answer", "dropped", None),
    "resets": ("unavailable", "no_answer", "dropped", None),
    "refused": ("unavailable", "no_answer", "refused", None),
    "dropped-syn": ("unavailable", "no_answer", "timeout", None),
    "icmp-host": ("unavailable", "no_answer", "unreachable", None),
    "icmp-net": ("unavailable", "no_answer", "unreachable", None),
    "icmp-port": ("unavailable", "no_answer", "refused", None),
    "icmp-admin": ("unavailable", "no_answer", "unreachable", None),
    "no-route": ("unknown", "not_tried", "local_error", None),
    "unroutable": ("unknown", "not_tried", "local_error", None),
    "loopback": ("unknown", "not_tried", "denied_address", None),
    "zero": ("unknown", "not_tried", "denied_address", None),
}
WITHOUT_ADDRESS = {
    "null": ("undeliverable", "unusable", "null_mx"),
    "no-address": ("undeliverable", "unusable", "no_address"),
    "text-only": ("undeliverable", "unusable", "no_address"),
    "not-there": ("undeliverable", "unusable", "no_such_domain"),
}
ALLOWED = ["--allow", "192.0.2.0/24", "--allow", "2001:db8::/32", "--allow", "100.64.0.0/10", "--allow", "203.0.113.0/24"]
TIMES = ["--connect-timeout", "3s", "--greeting-timeout", "12s"]

with Lab() as lab:
    lab.dns({"lab.example": ZONE}, broken=["broken.example"])
    firewall("-A INPUT -d 192.0.2.12 -p tcp --dport 25 -j DROP",
             "-A INPUT -d 192.0.2.13 -p tcp --dport 25 -j REJECT --reject-with icmp-host-unreachable",
             "-A INPUT -d 192.0.2.14 -p tcp --dport 25 -j REJECT --reject-with icmp-net-unreachable",
             "-A INPUT -d 192.0.2.15 -p tcp --dport 25 -j REJECT --reject-with icmp-port-unreachable",
             "-A INPUT -d 192.0.2.16 -p tcp --dport 25 -j REJECT --reject-with icmp-admin-prohibited")
    ready = Host("192.0.2.1", says(b"220 mx ESMTP\r\n"))
    run("ip -6 addr add 2001:db8::1/128 dev lo nodad")
    Host("2001:db8::1", says(b"220 six\r\n"))
    multi = Host("192.0.2.2", says(b"220-mx\r\n", b"220-te", b"aser\r\n220 ESMTP\r\n", wait=0.3))
    Host("192.0.2.3", says(b"220 late\r\n", wait=10))
    busy = Host("192.0.2.4", says(b"421 4.3.2 later\r\n"))
    rejecting = Host("192.0.2.5", says(b"554 5.7.1 no\r\n"))
    garbage = Host("192.0.2.6", says(b"\x00\x01\x02 what?\r\n"))
    Host("192.0.2.7", says(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    Host("192.0.2.8", silent)
    Host("192.0.2.9", closes)
    Host("192.0.2.10", resets)
    Host("192.0.2.17", says(b"220 " + HOSTILE + b"\r\n"))
    twin = Host("192.0.2.18", says(b"220 twin\r\n"))
    for i in range(40):
        Host(f"192.0.2.{100 + i}", says(b"220 big\r\n"))

    targets = [name + ".lab.example" for name in (*EXPECTED, *WITHOUT_ADDRESS, "dual", "backup", "big", "twin-a", "twin-b")] + ["x.broken.example"]
    got, done = lab.check(*ALLOWED, *TIMES, *targets)
    cases.check("exit status 1 when some are not available", done.returncode == 1, done.returncode)
    for name, (verdict, outcome, cause, code) in EXPECTED.items():
        one = got[name + ".lab.example"]
        seen = (one["verdict"], one["hosts"][0]["outcome"], one["hosts"][0]["cause"], one["hosts"][0]["reply_code"]) if one["hosts"] else one
        cases.check(name, seen == (verdict, outcome, cause, code), one)
    for name, expected in WITHOUT_ADDRESS.items():
        one = got[name + ".lab.example"]
        cases.check(name, (one["verdict"], one.get("outcome"), one.get("cause")) == expected and not one["hosts"], one)
    late = got["late.lab.example"]["hosts"][0]
    cases.check("the greeting's time is told apart from the connect's", late["connect_seconds"] < 1 < 9.5 < late["greeting_seconds"] < 11, late)
    broken = got["x.broken.example"]
    cases.check("SERVFAIL of one name", (broken["verdict"], broken["outcome"], broken["cause"]) == ("unavailable", "no_answer", "dns_temporary"), broken)
    dual = got["dual.lab.example"]
    cases.check("v6 dead and v4 ready", dual["verdict"] == "available" and {h["cause"] for h in dual["hosts"]} == {"ready", "refused"}, dual)
    backup = got["backup.lab.example"]
    cases.check("primary dead and backup ready", backup["verdict"] == "backup_only" and [h["preference"] for h in backup["hosts"]] == [10, 20], backup)
    big = got["big.lab.example"]
    cases.check("40 hosts: 8 addresses asked, 30 hosts omitted", big["verdict"] == "available" and len(big["hosts"]) == 8 and big["hosts_omitted"] == 30, big)
    cases.check("two domains on one MX are one connect", twin.connections == 1 and all(got[f"twin-{x}.lab.example"]["verdict"] == "available" for x in "ab"))
    cases.check("QUIT and a clean close", [ready.heard[0], multi.heard[0], busy.heard[0], rejecting.heard[0]] == [b"QUIT\r\n"] * 4, ready.heard)
    cases.check("no QUIT to what is not SMTP", garbage.heard[:1] == [b""], garbage.heard)
    raw = [b for b in done.stdout + done.stderr if b != 10 and not 32 <= b < 127]
    cases.check("a hostile greeting is nowhere raw in JSON", not raw and b"event=forged\n" not in done.stdout, raw[:10])
    text = subprocess.run([MXPULSE, "check", "--dns", DNS, *ALLOWED, *TIMES, "hostile.lab.example"], capture_output=True)
    cases.check("nor in text", not [b for b in text.stdout if b != 10 and not 32 <= b < 127] and text.returncode == 0, text.stdout)

    got, done = lab.check(*ALLOWED, "ready.lab.example")
    cases.check("exit status 0 when all are available", done.returncode == 0, done)
    cases.check("exit status 2 for a wrong command line", subprocess.run([MXPULSE, "check", "--nonsense"], capture_output=True).returncode == 2)
    done = subprocess.run([MXPULSE, "check", "--json", "--direct", *ALLOWED, "192.0.2.1", "2001:db8::1"], capture_output=True)
    direct = [json.loads(line) for line in done.stdout.splitlines()]
    cases.check("--direct asks addresses", done.returncode == 0 and {d["verdict"] for d in direct} == {"available"} and len(direct) == 2, done)

    before = ready.connections
    names = "\n".join(["ready.lab.example", "implicit.lab.example"] * 1000).encode()
    began = time.monotonic()
    done = subprocess.run([MXPULSE, "check", "--json", "--dns", DNS, *ALLOWED, "--concurrency", "200", "-"], input=names, capture_output=True, timeout=60)
    cases.check("2,000 targets stream through -", len(done.stdout.splitlines()) == 2000 and done.returncode == 0 and ready.connections == before + 1, done.stderr)

    lab.end(lab.resolver)
    got, done = lab.check("--connect-timeout", "1s", "ready.lab.example")
    one = got["ready.lab.example"]
    cases.check("resolver dead", (one["verdict"], one["outcome"], one["cause"]) == ("unknown", "not_tried", "resolver_down"), one)
    cases.check("exit status 3 when nothing could be asked", done.returncode == 3, done.returncode)
cases.end()
