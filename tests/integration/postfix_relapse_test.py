#!/usr/bin/env python3
"""Released, and silent again in the middle of it: a real Postfix's mail goes out behind a canary, is held again, and none is lost."""

import shutil
import time

from gate_lab import *
from mtas import SendingPostfix, submit

enter()
cases = Cases()
if not shutil.which("postfix"):
    print("skip: no Postfix on this machine")
    raise SystemExit(SKIP)

NAME = "dest.lab.example"
CONFIG = QUICK + """[gate]
mode = "enforce"
[gate.postfix]
table = "hash:{folder}/table/hold"
config_directory = "{folder}/etc"
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
"""


def seconds_to_hold(daemon, number):
    """Waits for this one of its holds."""
    began = time.monotonic()
    eventually(lambda: holds_begun(daemon, NAME) == number, "the destination is held", 90, daemon.log)
    return time.monotonic() - began


def until_postfix_sees_it(postfix):
    """Until no attempt is under way, and both the table (10 s) and what qmgr remembers (30 s) are looked at again."""
    eventually(lambda: "active" not in postfix.queues(), "attempts end", 30)
    time.sleep(41)


with Lab() as lab:
    other = destinations(lab)
    count = Attempts(NAME, "postfix")
    postfix = SendingPostfix(lab, "main.cf")
    daemon = lab.daemon(CONFIG.format(folder=postfix.folder))
    eventually(lambda: os.path.exists(postfix.folder + "/table/hold.db"), "the table is written at the start", log=daemon.log)
    with postfix:
        submit(NAME, 8)
        seconds_to_hold(daemon, 1)
        until_postfix_sees_it(postfix)

        dying = Host(SILENT[NAME], takes_one_mail_and_dies(NAME))
        answers_again(NAME)
        eventually(lambda: dying.heard, "the canary arrives", 65, daemon.log)
        took = seconds_to_hold(daemon, 2)
        dying.close()
        cases.check("one message went before the rest, and was delivered", len(dying.heard) == 1, len(dying.heard))
        cases.check(f"the rest is on hold again {took:.0f} s after the host died in the middle of the release", took < 30)
        until_postfix_sees_it(postfix)
        before = count.seen()
        submit(NAME)
        eventually(lambda: postfix.waiting(NAME) == 8, "the rest waits, and what comes", 20, postfix.folder + "/mail.log")
        time.sleep(10)
        cases.check("and is not tried: no connection of Postfix's leaves the machine", count.seen() == before, count.seen() - before)

        # It answers us, and not the MTA.
        count.block()
        host = comes_back(NAME)
        eventually(lambda: held() == [], "our probes see it answer", 30, daemon.log)
        vain = postfix.log().count("status=deferred (connect to mx.lab.example")
        time.sleep(30)
        vain = postfix.log().count("status=deferred (connect to mx.lab.example") - vain
        cases.check(f"canaries alone meet the host that answers nobody but us ({vain} in 30 s)", 1 <= vain <= 5)
        cases.check("which loses nothing", postfix.waiting(NAME) == 8)
        count.let_through()
        back = time.monotonic()
        eventually(lambda: len(host.heard) == 8, "all is delivered when it is back for good", 240, daemon.log)
        print(f"     all that waited is delivered {time.monotonic() - back:.0f} s after the host is back for good")
        eventually(lambda: postfix.waiting(NAME) == 0, "nothing waits", 20)
        cases.check("each message is delivered, and once", len(dying.heard) + len(host.heard) == 9)
        host.close()
    forget_destinations(other)
cases.end()
