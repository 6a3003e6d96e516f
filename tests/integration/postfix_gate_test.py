#!/usr/bin/env python3
"""Held and released: a real Postfix whose destination goes away and comes back. Nobody touches the queue. By table, then by socketmap."""

import json
import shutil
import subprocess
import time

from gate_lab import *
from mtas import SendingPostfix, submit

enter()
cases = Cases()
if not shutil.which("postfix"):
    print("skip: no Postfix on this machine")
    raise SystemExit(SKIP)

GATES = {"table": 'table = "hash:{folder}/table/hold"', "socketmap": 'socketmap = "127.0.0.1:9426"'}
CONFIG = QUICK + """[gate]
mode = "enforce"
[gate.postfix]
{gate}
config_directory = "{folder}/etc"
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
"""


def story(kind):
    def check(name, holds, details=""):
        cases.check(f"{kind}: {name}", holds, details)

    with Lab() as lab:
        other = destinations(lab)
        attempts = Attempts("dest.lab.example", "postfix")
        postfix = SendingPostfix(lab, "main.cf" if kind == "table" else "socketmap.cf")
        daemon = lab.daemon(CONFIG.format(folder=postfix.folder, gate=GATES[kind].format(folder=postfix.folder)))
        if kind == "table":
            eventually(lambda: os.path.exists(postfix.folder + "/table/hold.db"), "the table is written at the start", log=daemon.log)
        with postfix:
            submit("dest.lab.example", 3)
            eventually(lambda: held() == ["dest.lab.example"], "the destination is held", 60, daemon.log)
            check("a hold begins once it bounced and our probes find it silent", True)
            answer = json.loads(get("/api/v1/gate/Dest.Lab.Example.")[1])
            check("the HTTP gate says hold", answer["decision"] == "hold" and answer["destination"] == "dest.lab.example" and answer["until"], answer)
            said = subprocess.run([MXPULSE, "gate", "dest.lab.example"], capture_output=True, text=True)
            check("and so does mxpulse gate", said.returncode == 1 and "dest.lab.example: hold, at the latest until 2" in said.stdout, said)
            answer = json.loads(get("/api/v1/gate/other.lab.example")[1])
            check("and deliver for others", answer["decision"] == "deliver" and answer["would"] == "deliver", answer)
            check("and refuses what is no domain", get("/api/v1/gate/a%20b")[0] == 400 and get("/api/v1/gate/")[0] == 400)
            time.sleep(12 if kind == "table" else 1)  # Postfix looks at its tables every 10 s
            before, tried = postfix.log(), attempts.seen()
            submit("dest.lab.example", 2)  # an SMTP client, whose mail is taken whatever is held
            submit("other.lab.example")
            eventually(lambda: other.heard, "mail to others flows", 20, postfix.folder + "/mail.log")
            # qmgr may know the old answer for 30 s: one message may still try.
            eventually(lambda: postfix.log()[len(before):].count("deferred transport") >= 1, "held mail waits", 20, postfix.folder + "/mail.log")
            if kind == "socketmap":
                time.sleep(31)
                before, tried = postfix.log(), attempts.seen()
                submit("dest.lab.example")
                eventually(lambda: "deferred transport" in postfix.log()[len(before):], "held mail waits", 20, postfix.folder + "/mail.log")
            while_held = postfix.log()[len(before):]
            check("the MTA makes no attempt while held", "connect to mx.lab.example" not in while_held, while_held)
            check("nor does a connection of its leave the machine", tried > 0 and attempts.seen() == tried, (tried, attempts.seen()))
            count = 5 if kind == "table" else 6
            check("all its messages wait", postfix.waiting("dest.lab.example") == count)
            check("mxpulse's own deferrals are no evidence", held() == ["dest.lab.example"])

            submit("slow.lab.example")
            eventually(lambda: postfix.waiting("slow.lab.example") == 1, "a message for somebody else waits by itself", 20)
            time.sleep(3)
            slow_before = postfix.log().count("to=<user0@slow.lab.example>")
            host = comes_back("dest.lab.example")
            back = time.monotonic()
            eventually(lambda: len(host.heard) == count, "all its mail is delivered", 65, daemon.log)
            took = time.monotonic() - back
            check(f"all {count} arrive {took:.0f} s after the host is back, and nobody touched the queue", took < 2 + 60)
            check("nobody is held any more", held() == [] and postfix.table() == [])
            slow_after = postfix.log().count("to=<user0@slow.lab.example>")
            check("the flush moved no other's mail", slow_before == slow_after, (slow_before, slow_after))
            eventually(lambda: "event=flushed" in open(daemon.log, encoding="utf-8").read(), "it says how long the flush took", 70, daemon.log)
        host.close()
        forget_destinations(other)


for one in GATES:
    story(one)
cases.end()
