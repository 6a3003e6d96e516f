#!/usr/bin/env python3
"""kill -9 while holding: what happens to held mail and to all other mail, with the table, the hold file and the socketmap."""

import shutil
import signal
import smtplib
import subprocess
import time

from gate_lab import *
from mtas import SendingPostfix, submit

enter()
cases = Cases()
if not shutil.which("postfix"):
    print("skip: no Postfix on this machine")
    raise SystemExit(SKIP)

CONFIG = QUICK + """[gate]
mode = "enforce"
[gate.postfix]
{postfix}
config_directory = "{folder}/etc"
{more}
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
"""


def hold_file(lab):
    return [line for line in open(lab.path("exim-hold"), encoding="utf-8") if line[0] != "#"]


def guards(daemon):
    """Process ids of the daemon's guard."""
    found = subprocess.run(["pgrep", "-P", str(daemon.pid)], capture_output=True, text=True).stdout.split()
    return [int(one) for one in found if b"open-gates" in open(f"/proc/{one}/cmdline", "rb").read()]


def table_story():
    with Lab() as lab:
        other = destinations(lab)
        postfix = SendingPostfix(lab, "main.cf")
        config = CONFIG.format(folder=postfix.folder, postfix=f'table = "hash:{postfix.folder}/table/hold"',
                               more=f'[gate.exim]\nhold_file = "{lab.path("exim-hold")}"')

        def hold():
            daemon = lab.daemon(config)
            eventually(lambda: os.path.exists(postfix.folder + "/table/hold.db"), "the table is written", log=daemon.log)
            return daemon

        daemon = hold()
        with postfix:
            submit("dest.lab.example", 3)
            eventually(lambda: postfix.table() == ["dest.lab.example"] and hold_file(lab), "held in both files", 60, daemon.log)
            cases.check("one guard waits beside mxpulse", len(guards(daemon)) == 1)
            lab.end(daemon, signal.SIGKILL)
            eventually(lambda: postfix.table() == [] and not hold_file(lab), "the guard empties both after kill -9", 5)
            cases.check("after kill -9 the table and the hold file are emptied", True)
            time.sleep(11)  # Postfix looks at its tables every 10 s
            before = postfix.log()
            submit("dest.lab.example")
            submit("other.lab.example")
            eventually(lambda: other.heard, "mail to others flows", 20, postfix.folder + "/mail.log")
            eventually(lambda: "connect to mx.lab.example" in postfix.log()[len(before):], "mail held before is tried again", 20)
            cases.check("then all mail flows", "deferred transport" not in postfix.log()[len(before):])

            daemon = hold()
            submit("dest.lab.example", 3)
            eventually(lambda: postfix.table() == ["dest.lab.example"], "held again", 60, daemon.log)
            for guard in guards(daemon):
                os.kill(guard, signal.SIGKILL)
            lab.end(daemon, signal.SIGKILL)
            time.sleep(1)
            cases.check("when all is killed at once, the table stays", postfix.table() == ["dest.lab.example"])
            delivered = len(other.heard)
            submit("other.lab.example")
            eventually(lambda: len(other.heard) > delivered, "others are not delayed by it", 20)
            opened = subprocess.run([MXPULSE, "open-gates", "--config", lab.path("mxpulse.toml")], capture_output=True, text=True)
            cases.check("open-gates, the unit's ExecStopPost, empties it", opened.returncode == 0 and postfix.table() == [], opened.stderr)

            daemon = hold()
            submit("dest.lab.example", 3)
            eventually(lambda: postfix.table() == ["dest.lab.example"], "held again", 60, daemon.log)
            for guard in guards(daemon):
                os.kill(guard, signal.SIGKILL)
            lab.end(daemon, signal.SIGKILL)
            os.rename(postfix.folder + "/mail.log", postfix.folder + "/mail.log.old")
            daemon = hold()
            eventually(lambda: postfix.table() == [], "emptied by the next start", 5, daemon.log)
            cases.check("and so does the next start", True)
            lab.end(daemon)
            cases.check("an orderly stop leaves no guard", not guards(daemon))
        forget_destinations(other)


def socketmap_story():
    with Lab() as lab:
        other = destinations(lab)
        postfix = SendingPostfix(lab, "socketmap.cf")
        config = CONFIG.format(folder=postfix.folder, postfix='socketmap = "127.0.0.1:9426"', more="")
        daemon = lab.daemon(config)
        with postfix:
            submit("other.lab.example")
            eventually(lambda: other.heard, "mail to others flows", 20, postfix.folder + "/mail.log")
            submit("dest.lab.example", 3)
            eventually(lambda: held() == ["dest.lab.example"], "held", 60, daemon.log)
            lab.end(daemon, signal.SIGKILL)
            refused = "taken"
            try:
                submit("slow.lab.example")  # smtpd remembers what it asked before
            except smtplib.SMTPException as error:
                refused = str(error)
            cases.check("without its socketmap Postfix's smtpd answers 451 to clients", "451" in refused, refused)
            before = postfix.log()
            subprocess.run(["sendmail", "-f", "me@sender.lab.example", "user@other.lab.example"], input="Subject: x\n\nx\n", text=True,
                           env=postfix.environment, check=True)
            eventually(lambda: "address resolver failure" in postfix.log()[len(before):], "all mail waits", 150, postfix.folder + "/mail.log")
            cases.check("and all mail, held or not, is deferred with 4.3.0", "dsn=4.3.0" in postfix.log()[len(before):])
            daemon = lab.daemon(config)
            delivered = len(other.heard)
            submit("other.lab.example")
            eventually(lambda: len(other.heard) > delivered, "mail flows again", 60, postfix.folder + "/mail.log")
            cases.check("once mxpulse runs again, mail flows by itself", True)
            before = postfix.log()
            subprocess.run(["postqueue", "-f"], env=postfix.environment, check=True)
            eventually(lambda: "connect to mx.lab.example" in postfix.log()[len(before):], "mail held before is tried again", 60, daemon.log)
            cases.check("and so does what was held, for without a store nobody is", True)
        forget_destinations(other)


table_story()
socketmap_story()
cases.end()
