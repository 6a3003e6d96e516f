#!/usr/bin/env python3
"""Real Postfix, Exim and OpenSMTPD are ready to a check, and log a clean end of it."""

import os
import shutil
import subprocess

from lab import *
from mtas import postfix_folder, private_machine, start_exim, start_opensmtpd, unpacked

enter()
cases = Cases()
missing = [name for name in ("exim4-daemon-light", "opensmtpd") if not unpacked(name)[0]] + ([] if shutil.which("postfix") else ["postfix"])
if missing:
    print(f"skip: {', '.join(missing)} could not be had (tests/support/unpack_mtas)")
    raise SystemExit(SKIP)

POSTFIX, EXIM, OPENSMTPD = "192.0.2.60", "192.0.2.61", "192.0.2.62"

with Lab() as lab:
    private_machine(lab)
    lab.dns({"lab.example": f"postfix MX 10 mx-p\nexim MX 10 mx-e\nopensmtpd MX 10 mx-o\nmx-p A {POSTFIX}\nmx-e A {EXIM}\nmx-o A {OPENSMTPD}"})
    folder = postfix_folder(lab, POSTFIX)
    run(["postfix", "-c", folder + "/etc", "start"])
    try:
        exim = start_exim(lab, EXIM)
        opensmtpd = start_opensmtpd(lab, OPENSMTPD)

        def greetings():
            got, _ = lab.check("--allow", "192.0.2.0/24", *(name + ".lab.example" for name in ("postfix", "exim", "opensmtpd")))
            return got if all(one["verdict"] == "available" for one in got.values()) else None

        got = eventually(greetings, "the three MTAs do not come up", 30, exim.log)
        for name, words in (("postfix", "ESMTP Postfix"), ("exim", "ESMTP Exim"), ("opensmtpd", "ESMTP OpenSMTPD")):
            host = got[name + ".lab.example"]["hosts"][0]
            cases.check(name, host["cause"] == "ready" and host["reply_code"] == 220 and words in host["greeting"], host)
        log = open(folder + "/mail.log", encoding="utf-8").read()
        cases.check("Postfix logs no lost connection", "lost connection" not in log and "disconnect from" in log and "quit=1" in log, log[-500:])
        log = open(opensmtpd.log, encoding="utf-8").read()
        cases.check("OpenSMTPD logs reason=quit", "reason=quit" in log and "reason=disconnect" not in log, log[-500:])
    finally:
        subprocess.run(["postfix", "-c", folder + "/etc", "stop"], capture_output=True)
cases.end()
