#!/usr/bin/env python3
"""The commands that need no daemon: what they print, and the exit status that a script goes by."""

import gzip
import json
import subprocess

from lab import *

enter()
cases = Cases()


def mxpulse(*arguments, stdin=None):
    done = subprocess.run([MXPULSE, *arguments], capture_output=True, timeout=60, input=stdin)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def no_answer(at, queue_id):
    return (f"2026-11-24T{at}+00:00 mail postfix/smtp[7]: {queue_id}: to=<a@dead.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, "
            "status=deferred (connect to mx.dead.example[192.0.2.9]:25: Connection timed out)")


def delivered(at, queue_id):
    return (f"2026-11-24T{at}+00:00 mail postfix/smtp[7]: {queue_id}: to=<a@dead.example>, relay=mx.dead.example[192.0.2.9]:25, delay=1, "
            "delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)")


# Four messages, tried every ten minutes for two hours; the host is back at 10:00.
QUEUE = [f"4F1A2B{n}C4D" for n in range(4)]
LOG = "\n".join([no_answer(f"{8 + tenth // 6:02}:{tenth % 6}0:0{n}", one) for tenth in range(12) for n, one in enumerate(QUEUE)] +
                [delivered(f"10:00:0{n}", one) for n, one in enumerate(QUEUE)]) + "\n"

with Lab() as lab:
    log = lab.write("mail.log", LOG)
    with gzip.open(lab.path("mail.log.gz"), "wt", encoding="utf-8") as file:
        file.write(LOG)

    status, out, _ = mxpulse("replay", "--json", log)
    total = json.loads(out)["total"]
    cases.check("replay counts what met no answer", status == 0 and total["attempts_failed"] == 48, out)
    # The hold begins with the third message (fall = 3); of the rest two are the trials at 30 min and 1 h 30 min after the bounce.
    cases.check("replay spares all but the first and the trials", total["trials"] == 2 and total["attempts_spared"] == 44, out)
    cases.check("replay sees one hold, two hours long", total["holds"] == 1 and 7000 < total["held_seconds"] < 7200, out)
    cases.check("replay reads gzip alike", mxpulse("replay", "--json", lab.path("mail.log.gz"))[1] == out)
    status, text, _ = mxpulse("replay", log)
    cases.check("replay's table names the destination", status == 0 and "\ndead.example " in text and "44 of 48 attempts" in text, text)
    never = lab.write("never.toml", '[watch]\nnever_hold = ["dead.example"]\n')
    cases.check("replay goes by the configuration", json.loads(mxpulse("replay", "--json", "--config", never, log)[1])["total"]["holds"] == 0)
    cases.check("replay of no log", mxpulse("replay", lab.path("nope.log"))[0] == 1)

    events = [json.loads(line) for line in mxpulse("classify", log)[1].splitlines()]
    cases.check("classify prints an object for each event", [e["class"] for e in events] == ["no_answer"] * 48 + ["delivered"] * 4, len(events))
    cases.check("classify reads standard input", mxpulse("classify", "-", stdin=LOG.encode())[1].count("\n") == 52)
    cases.check("classify of no file", mxpulse("classify", lab.path("nope.log"))[0] == 1)

    status, out, _ = mxpulse("config-check", os.path.join(ROOT, "config", "mxpulse.toml"))
    cases.check("the example configuration is good", status == 0 and "good" in out, out)
    bad = lab.write("bad.toml", '[probe]\nport = 70000\nintervall = "5m"\n')
    status, _, errors = mxpulse("config-check", bad)
    cases.check("config-check names line, key and mend of every error",
                status == 1 and f"{bad}:2: probe.port:" in errors and f"{bad}:3: probe.intervall:" in errors and "probe.interval?" in errors, errors)
    cases.check("run with a wrong configuration does not start", mxpulse("run", "--config", bad)[0] == 1)
    cases.check("open-gates with a wrong configuration", mxpulse("open-gates", "--config", bad)[0] == 1)

    for command in ("check", "run", "classify", "replay", "gate", "explain", "report", "config-check", "open-gates"):
        status, _, errors = mxpulse(command)
        cases.check(f"{command} without what it needs: how to use it, and status 2", status == 2 and f"mxpulse {command}" in errors, (status, errors))
    for command in ("check", "run", "classify", "replay", "status", "gate", "explain", "report", "config-check", "open-gates", "demo"):
        status, out, _ = mxpulse(command, "--help")
        cases.check(f"{command} --help", status == 0 and f"mxpulse {command}" in out, (status, out))
    for command in (["status"], ["gate", "example.org"], ["explain", "example.org"], ["report", "example.org"]):
        status, _, errors = mxpulse(*command)
        cases.check(f"{command[0]} where no daemon runs: says where it asked", status not in (0, 2) and "127.0.0.1:9425" in errors, (status, errors))
    cases.check("a command that is none", mxpulse("chek")[0] == 2)

    # Without --dns the system's resolver is asked.
    lab.dns({"lab.example": "ready MX 10 mx\nmx A 192.0.2.1"})
    run(["mount", "--bind", lab.write("resolv.conf", f"search example\nnameserver fe80::1%eth0\nnameserver {DNS}\n"), "/etc/resolv.conf"])
    Host("192.0.2.1", says(b"220 mx ESMTP\r\n"))
    status, out, errors = mxpulse("check", "--allow", "192.0.2.0/24", "ready.lab.example")
    cases.check("check asks the servers of resolv.conf", status == 0 and out.startswith("ready.lab.example: available"), out + errors)
cases.end()
