#!/usr/bin/env python3
"""Is it us? When a target on the Internet is silent, `check` asks three large providers, here played in the namespace."""

from lab import *

enter()
cases = Cases()
PROVIDERS = ("gmail.com", "outlook.com", "yahoo.com")

with Lab() as lab:
    run("ip route add local 11.1.1.0/24 dev lo")  # addresses of the Internet, as far as anybody in here can tell
    firewall("-A INPUT -d 11.1.1.99 -p tcp --dport 25 -j DROP")
    zones = {"lab.example": "silent MX 10 mx-silent\nmx-silent A 11.1.1.99\nready MX 10 mx-ready\nmx-ready A 11.1.1.10"}
    zones |= {name: f"@ MX 10 mx\nmx A 11.1.1.{number + 1}" for number, name in enumerate(PROVIDERS)}
    lab.dns(zones)
    hosts = [Host(f"11.1.1.{number + 1}", says(b"220 provider\r\n")) for number in range(3)]
    ready = Host("11.1.1.10", says(b"220 ready\r\n"))

    _, done = lab.check("--connect-timeout", "1s", "ready.lab.example")
    cases.check("nobody is asked while targets answer", done.returncode == 0 and not any(host.connections for host in hosts), done.stderr)

    _, done = lab.check("--connect-timeout", "1s", "silent.lab.example")
    cases.check("providers that answer: it is not us", done.returncode == 1 and b"Is it us? No: 3 of 3 large providers answer" in done.stderr, done)
    cases.check("each was asked once", [host.connections for host in hosts] == [1, 1, 1])

    firewall("-I INPUT -d 11.1.1.0/24 -p tcp --dport 25 -j DROP")
    _, done = lab.check("--connect-timeout", "1s", "silent.lab.example", "ready.lab.example")
    cases.check("with port 25 cut nobody answers: it is us, exit status 3", done.returncode == 3 and b"Is it us? Very likely: 0 of 3" in done.stderr, done)
cases.end()
