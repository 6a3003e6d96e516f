#!/usr/bin/env python3
"""Held and released: a real Exim whose destination goes away and comes back. Nobody touches the queue."""

import subprocess
import time

from gate_lab import *
from mtas import private_machine, start_sending_exim, submit, unpacked

enter()
cases = Cases()
if not unpacked("exim4-daemon-light")[0]:
    print("skip: no Exim on this machine")
    raise SystemExit(SKIP)

LOG = "/var/spool/exim4/mainlog"
HOLD = "/run/mxpulse/hold"
CONFIG = QUICK + """[watch]
bounces = 1
[gate]
mode = "enforce"
[gate.exim]
hold_file = "%s"
program = "%s"
[[feed]]
type = "exim"
path = "%s"
"""


def text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


with Lab() as lab:
    private_machine(lab)
    os.makedirs("/run/mxpulse")
    other = destinations(lab)
    attempts = Attempts("dest.lab.example", "Debian-exim")
    _, program = start_sending_exim(lab, text(ROOT + "/config/exim/main.conf"))

    def waiting(domain):
        return subprocess.run([program, "-bp"], capture_output=True, text=True, check=True).stdout.count("@" + domain)

    daemon = lab.daemon(CONFIG % (HOLD, program, LOG))
    eventually(lambda: os.path.exists(HOLD), "the hold file is written at the start", log=daemon.log)
    submit("dest.lab.example", 3)
    eventually(lambda: held() == ["dest.lab.example"], "the destination is held", 60, daemon.log)
    cases.check("a hold begins once it bounced and our probes find it silent", True)

    before, tried = text(LOG), attempts.seen()
    submit("dest.lab.example", 2)
    submit("other.lab.example")
    eventually(lambda: other.heard, "mail to others flows", 20, LOG)
    eventually(lambda: text(LOG).count("domain is held") >= 2, "held mail waits", 20, LOG)
    while_held = text(LOG)[len(before):]
    cases.check("the MTA makes no attempt while held", "mx.lab.example" not in while_held, while_held)
    cases.check("nor does a connection of its leave the machine", tried > 0 and attempts.seen() == tried, (tried, attempts.seen()))
    cases.check("five messages wait", waiting("dest.lab.example") == 5, waiting("dest.lab.example"))

    submit("slow.lab.example")
    eventually(lambda: held() == ["dest.lab.example", "slow.lab.example"], "a second destination is held beside it", 60, daemon.log)
    before = text(LOG)
    host = comes_back("dest.lab.example")
    back = time.monotonic()
    eventually(lambda: len(host.heard) == 5, "all its mail is delivered", 30, daemon.log)
    took = time.monotonic() - back
    cases.check(f"all five arrive {took:.0f} s after the host is back, and nobody touched the queue", took < 2 + 15)
    cases.check("the other one is held as before", held() == ["slow.lab.example"], held())
    cases.check("the flush moved no other's mail", "slow.lab.example" not in text(LOG)[len(before):], text(LOG)[len(before):])
    eventually(lambda: "event=flushed" in text(daemon.log), "it says how long the flush took", 70, daemon.log)

    host.close()
    falls_silent("dest.lab.example")
    submit("dest.lab.example", 4)
    eventually(lambda: holds_begun(daemon, "dest.lab.example") == 2, "it is held when it goes away again", 60, daemon.log)
    dying = Host(SILENT["dest.lab.example"], takes_one_mail_and_dies("dest.lab.example"))
    answers_again("dest.lab.example")
    eventually(lambda: dying.heard, "the canary arrives", 30, daemon.log)
    died = time.monotonic()
    eventually(lambda: holds_begun(daemon, "dest.lab.example") == 3, "the rest is held again", 60, daemon.log)
    dying.close()
    cases.check(f"one message goes first; the rest is on hold {time.monotonic() - died:.0f} s after the host died in the middle of the release",
                len(dying.heard) == 1 and time.monotonic() - died < 30, len(dying.heard))
    eventually(lambda: "exim4 -M" not in run("ps -eo args").stdout, "attempts end", 30)
    tried = attempts.seen()
    time.sleep(5)
    cases.check("and is not tried", attempts.seen() == tried and waiting("dest.lab.example") == 3, (tried, attempts.seen(), waiting("dest.lab.example")))
    host = comes_back("dest.lab.example")
    eventually(lambda: len(host.heard) == 3, "all is delivered when it is back for good", 60, daemon.log)
    eventually(lambda: waiting("dest.lab.example") == 0, "nothing waits", 20)
    cases.check("each message is delivered, and once", len(host.heard) == 3)
cases.end()
