#!/usr/bin/env python3
"""Observe mode computes the hold and changes no byte that the MTA reads."""

import json
import shutil

from gate_lab import *
from mtas import SendingPostfix, submit

enter()
cases = Cases()
if not shutil.which("postfix"):
    print("skip: no Postfix on this machine")
    raise SystemExit(SKIP)

CONFIG = QUICK + """[gate]
mode = "observe"
[gate.postfix]
table = "hash:{folder}/table/hold"
config_directory = "{folder}/etc"
[gate.exim]
hold_file = "{folder}/table/exim"
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
"""


def files(folder):
    """Every file's bytes, inode and time of change."""
    found = {}
    for name in sorted(os.listdir(folder)):
        status = os.stat(folder + "/" + name)
        found[name] = (open(folder + "/" + name, "rb").read(), status.st_ino, status.st_mtime_ns)
    return found


with Lab() as lab:
    other = destinations(lab)
    postfix = SendingPostfix(lab, "main.cf")
    with open(postfix.folder + "/table/hold", "w", encoding="utf-8") as table:
        table.write("# nobody\n")
    run(["postmap", "-c", postfix.folder + "/etc", f"hash:{postfix.folder}/table/hold"])
    before = files(postfix.folder + "/table")
    daemon = lab.daemon(CONFIG.format(folder=postfix.folder))
    with postfix:
        submit("dest.lab.example", 3)
        eventually(lambda: json.loads(get("/api/v1/gate/dest.lab.example")[1])["would"] == "hold", "it would be held", 60, daemon.log)
        answer = json.loads(get("/api/v1/gate/dest.lab.example")[1])
        cases.check("the gate says deliver, and that it would hold", answer["decision"] == "deliver" and answer["mode"] == "observe", answer)
        cases.check("Prometheus sees the hold as observed", metrics()['mxpulse_holds{mode="observe"}'] == 1)
        host = comes_back("dest.lab.example")
        eventually(lambda: json.loads(get("/api/v1/gate/dest.lab.example")[1])["would"] == "deliver", "and then not", 30, daemon.log)
        cases.check("nobody's queue is flushed", not host.heard)
        lab.end(daemon)
        cases.check("no byte, inode or time of the MTA's files changed", files(postfix.folder + "/table") == before)
cases.end()
