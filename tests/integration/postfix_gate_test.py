#!/usr/bin/env python3
"""Held and released: a real Postfix whose destination goes away and comes back. Nobody touches the queue."""

import json
import os
import shutil
import subprocess
import time

from lab import *
from mtas import postfix_folder, submit

enter()
cases = Cases()
if not shutil.which("postfix"):
    print("skip: no Postfix on this machine")
    raise SystemExit(SKIP)

CONFIG = """[dns]
servers = ["127.0.0.53"]
[probe]
connect_timeout = "1s"
greeting_timeout = "2s"
interval = "1s"
interval_undecided = "500ms"
interval_silent_max = "2s"
per_address = "500ms"
allow = ["192.0.2.0/24"]
[gate]
mode = "{mode}"
[gate.postfix]
table = "hash:{folder}/table/hold"
config_directory = "{folder}/etc"
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
"""


def queue(environment):
    done = subprocess.run(["postqueue", "-j"], env=environment, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def mails_for(environment, domain):
    return [one for one in queue(environment) if any(r["address"].endswith("@" + domain) for r in one["recipients"])]


def held(folder):
    path = folder + "/table/hold"
    return [line.split()[0] for line in open(path, encoding="utf-8") if line[0] != "#"] if os.path.exists(path) else []


with Lab() as lab:
    lab.dns({"lab.example": "dest MX 10 mx\nmx A 192.0.2.50\nother MX 10 mx-other\nmx-other A 192.0.2.51\nslow MX 10 mx-slow\nmx-slow A 192.0.2.52"})
    run(["mount", "--bind", lab.write("resolv.conf", f"nameserver {DNS}\n"), os.path.realpath("/etc/resolv.conf")])
    firewall("-A INPUT -d 192.0.2.50 -p tcp --dport 25 -j DROP")
    firewall("-A INPUT -d 192.0.2.52 -p tcp --dport 25 -j DROP")
    other = Host("192.0.2.51", takes_mail)
    folder = postfix_folder(lab, "127.0.0.1")
    os.makedirs(folder + "/table")
    with open(folder + "/etc/main.cf", encoding="utf-8") as main:  # it shall come back by mxpulse's hand, not by Postfix's timers
        settings = main.read().replace("backoff_time = 5s", "backoff_time = 300s").replace("queue_run_delay = 5s", "queue_run_delay = 300s")
    with open(folder + "/etc/main.cf", "w", encoding="utf-8") as main:
        hooks = open(ROOT + "/config/postfix/main.cf", encoding="utf-8").read()
        main.write(settings + "\n" + hooks.replace("/var/lib/mxpulse/hold", folder + "/table/hold"))
    with open(folder + "/etc/master.cf", "a", encoding="utf-8") as master:
        master.write(open(ROOT + "/config/postfix/master.cf", encoding="utf-8").read())
    environment = {**os.environ, "MAIL_CONFIG": folder + "/etc"}

    daemon = lab.daemon(CONFIG.format(folder=folder, mode="enforce"))
    eventually(lambda: os.path.exists(folder + "/table/hold.db"), "the table is written at the start", log=daemon.log)
    run(["postfix", "-c", folder + "/etc", "start"])
    try:
        submit("dest.lab.example", 3)
        eventually(lambda: held(folder) == ["dest.lab.example"], "the destination is held", 60, daemon.log)
        cases.check("a hold begins once it bounced and our probes find it silent", True)
        time.sleep(12)  # Postfix looks at its tables every 10 s
        log_before = open(folder + "/mail.log", encoding="utf-8").read()
        submit("dest.lab.example", 2)  # an SMTP client, whose mail is taken whatever is held
        submit("other.lab.example")
        eventually(lambda: other.heard, "mail to others flows", 20, folder + "/mail.log")
        eventually(lambda: open(folder + "/mail.log", encoding="utf-8").read().count("deferred transport") >= 2, "held mail waits", 20, folder + "/mail.log")
        log_held = open(folder + "/mail.log", encoding="utf-8").read()[len(log_before):]
        cases.check("the MTA makes no attempt while held", "connect to mx.lab.example" not in log_held, log_held)
        cases.check("five messages wait", len(mails_for(environment, "dest.lab.example")) == 5)
        cases.check("mxpulse's own deferrals are no evidence", held(folder) == ["dest.lab.example"])

        submit("slow.lab.example")
        eventually(lambda: len(mails_for(environment, "slow.lab.example")) == 1, "a message for somebody else waits by itself", 20)
        time.sleep(3)
        slow_before = open(folder + "/mail.log", encoding="utf-8").read().count("to=<user0@slow.lab.example>")
        host = Host("192.0.2.50", takes_mail)
        firewall("-D INPUT -d 192.0.2.50 -p tcp --dport 25 -j DROP")
        back = time.monotonic()
        eventually(lambda: len(host.heard) == 5, "all its mail is delivered", 65, daemon.log)
        took = time.monotonic() - back
        cases.check(f"all five arrive {took:.0f} s after the host is back, and nobody touched the queue", took < 2 + 60)
        cases.check("nobody is held any more", held(folder) == [])
        slow_after = open(folder + "/mail.log", encoding="utf-8").read().count("to=<user0@slow.lab.example>")
        cases.check("the flush moved no other's mail", slow_before == slow_after, (slow_before, slow_after))
        eventually(lambda: "event=flushed" in open(daemon.log, encoding="utf-8").read(), "it says how long the flush took", 70, daemon.log)
    finally:
        subprocess.run(["postfix", "-c", folder + "/etc", "stop"], capture_output=True)
cases.end()
