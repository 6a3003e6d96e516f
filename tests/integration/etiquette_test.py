#!/usr/bin/env python3
"""Whom mxpulse must not bother: 10,000 domains pointed at one victim, and addresses that nobody on the Internet has."""

import signal

from lab import *

enter()
cases = Cases()
VICTIM = "11.2.3.4"  # of the Internet, as far as anybody in here can tell
CONFIG = """[dns]
servers = ["{dns}"]
timeout = "500ms"
[probe]
connect_timeout = "2s"
greeting_timeout = "2s"
interval = "1s"
interval_undecided = "200ms"
interval_silent_max = "1s"
{probe}
[watch]
destinations = [{destinations}]
[vantage]
controls = [{controls}]
interval = "1s"
[metrics]
max_destinations = 10
[log]
level = "debug"
"""


def config(destinations, dns=DNS, probe="", controls=""):
    return CONFIG.format(destinations=", ".join(f'"{one}"' for one in destinations), dns=dns, probe=probe, controls=controls)


class Flipping:
    """A DNS server for flip.example, whose host has another address each time it is asked."""

    def __init__(self, address, answers):
        self.asked = 0
        self.answers = answers
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            question, client = self.socket.recvfrom(4096)
            end = question.index(b"\0", 12) + 5
            kind = struct.unpack(">H", question[end - 4:end - 2])[0]
            records = b""
            if kind == 15:
                records = b"\xc0\x0c" + struct.pack(">HHIHH", 15, 1, 0, 7, 10) + b"\x02mx\xc0\x0c"
            elif kind == 1:
                records = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(self.answers[self.asked % len(self.answers)])
                self.asked += 1
            header = question[:2] + struct.pack(">HHHHH", 0x8180, 1, 1 if records else 0, 0, 0)
            self.socket.sendto(header + question[12:end] + records, client)


def counted(command, chain="WATCH"):
    """Packets that came by the counting rule."""
    return int(run(f"{command} -L {chain} -n -v -x").stdout.splitlines()[2].split()[0])


with Lab() as lab:
    run("ip route add local 11.0.0.0/8 dev lo")
    many = [f"d{number}" for number in range(10_000)]
    records = "\n".join(f"{name} MX 10 mx{number % 100}" for number, name in enumerate(many)) + "\n" + "\n".join(f"mx{number} A {VICTIM}" for number in range(100))
    special = {"loopback": "A 127.0.0.1", "loopback6": "AAAA ::1", "metadata": "A 169.254.169.254", "zero": "A 0.0.0.0", "mapped": "AAAA ::ffff:10.0.0.1",
               "private": "A 10.0.0.1", "zero6": "AAAA ::", "nat64": "AAAA 64:ff9b::7f00:1", "broadcast": "A 255.255.255.255"}
    records += "\n" + "\n".join(f"{name} MX 10 mx-{name}\nmx-{name} {record}" for name, record in special.items())
    lab.dns({"lab.example": records, "control.example": f"@ MX 10 mx\nmx A {VICTIM}"})

    # One victim: per_address is its default, a minute; everything else is as impatient as it can be.
    at = []
    victim = Host(VICTIM, lambda host, connection: (at.append(time.monotonic()), connection.sendall(b"220 victim\r\n"), connection.recv(100)))
    daemon = lab.daemon(config([name + ".lab.example" for name in many], controls='"control.example"'))
    eventually(lambda: metrics()['mxpulse_destinations{verdict="available"}'] == len(many), "ten thousand domains are decided by one answer", 240, daemon.log)
    end = time.monotonic() + 62
    while time.monotonic() < end:
        time.sleep(10)
        daemon.send_signal(signal.SIGHUP)
    gaps = [later - earlier for earlier, later in zip(at, at[1:])]
    cases.check("10,000 domains at one address, a control there too, reloads: one connect a minute", len(at) <= 1 + (at[-1] - at[0] + 1) // 60 and all(gap >= 59.9 for gap in gaps), gaps)
    cases.check("its second turn is not lost", len(at) >= 2, at)
    cases.check("it heard a goodbye and nothing else", "RCPT" not in open(daemon.log, encoding="utf-8").read())
    lab.end(daemon)
    victim.close()

    # Nobody's addresses.
    for command, not_ours in (("iptables", "! -d 11.0.0.0/8"), ("ip6tables", "! -d 2600::/12")):
        run(f"{command} -N WATCH")
        run(f"{command} -A WATCH -p tcp --dport 25 {not_ours}")
        run(f"{command} -A OUTPUT -j WATCH")
    flips = Flipping("127.0.0.55", ["11.7.7.7", "127.0.0.1", "169.254.169.254", "0.0.0.0"])
    trap = Host("127.0.0.1", says(b"220 trap\r\n"))
    daemon = lab.daemon(config([name + ".lab.example" for name in special]))
    denied = lambda: sum(value for series, value in metrics().items() if series.startswith("mxpulse_probes_total") and 'cause="denied_address"' in series)
    eventually(lambda: denied() >= len(special), "each is looked at", 60, daemon.log)
    time.sleep(3)
    series = metrics()
    cases.check("nobody's addresses are never connected to", counted("iptables") == 0 and counted("ip6tables") == 0 and trap.connections == 0,
                (counted("iptables"), counted("ip6tables")))
    cases.check("they have no verdict, and no streak", series['mxpulse_destinations{verdict="unknown"}'] == len(special) and
                all(value == 0 for one, value in series.items() if one.startswith("mxpulse_host_no_answer_streak{")))
    lab.end(daemon)

    daemon = lab.daemon(config(["flip.example"], dns="127.0.0.55", probe='per_address = "200ms"'))
    eventually(lambda: flips.asked > 4, "the name is looked up again and again", 60, daemon.log)
    time.sleep(2)
    asked = metrics()
    cases.check("a name that changes between lookup and connect: only what was checked is connected to", counted("iptables") == 0 and trap.connections == 0 and denied() > 0,
                (counted("iptables"), trap.connections, denied()))
    lab.end(daemon)
    connecting = lab.daemon(config(["loopback.lab.example"], probe='allow = ["127.0.0.0/8"]'))
    eventually(lambda: trap.connections > 0, "the trap would have sprung", 60, connecting.log)
    cases.check("and the counter would have counted", counted("iptables") > 0)
cases.end()
