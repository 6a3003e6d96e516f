#!/usr/bin/env python3
"""The main job: a real Postfix cannot reach a host; mxpulse, told only where its log is, finds the destination, asks its
MX set, exports streak and cause, and sees the host come back."""

import os
import shutil
import subprocess

from lab import *
from mtas import postfix_folder

enter()
cases = Cases()
if not shutil.which("postfix"):
    print("skip: no Postfix on this machine")
    raise SystemExit(SKIP)

CONFIG = quick(greeting="2s") + """[[feed]]
type = "postfix"
path = "{folder}/mail.log"
"""


with Lab() as lab:
    lab.dns({"lab.example": "dest MX 10 mx\nmx A 192.0.2.50\nother MX 10 mx-other\nmx-other A 192.0.2.51"})
    run(["mount", "--bind", lab.write("resolv.conf", f"nameserver {DNS}\n"), os.path.realpath("/etc/resolv.conf")])
    firewall("-A INPUT -d 192.0.2.50 -p tcp --dport 25 -j DROP")
    folder = postfix_folder(lab)
    environment = {**os.environ, "MAIL_CONFIG": folder + "/etc"}
    run(["postfix", "-c", folder + "/etc", "start"])
    try:
        daemon = lab.daemon(CONFIG.format(folder=folder))
        cases.check("nothing is watched at first", metrics()["mxpulse_destinations_tracked"] == 0)
        for number in range(3):
            subprocess.run(["sendmail", "-f", "me@sender.lab.example", f"user{number}@dest.lab.example"], input=f"Subject: {number}\n\nhello\n",
                           text=True, env=environment, check=True)
        labels = '{destination="dest.lab.example",provider="lab.example"}'
        eventually(lambda: "mxpulse_destination_no_answer_streak" + labels in metrics(), "the destination joins", 60, folder + "/mail.log")
        cases.check("three messages that found no answer make it join", metrics()['mxpulse_bounces_total{class="no_answer"}'] >= 3)
        eventually(lambda: metrics().get("mxpulse_destination_available" + labels) == 0, "its host is found silent", log=daemon.log)
        series = metrics()
        cases.check("streak and cause are exported", series["mxpulse_destination_no_answer_streak" + labels] >= 3 and
                    series.get('mxpulse_destination_cause{destination="dest.lab.example",provider="lab.example",cause="timeout"}') == 1, series)
        cases.check("nobody else joined", series["mxpulse_destinations_tracked"] == 1)

        host = Host("192.0.2.50", says(b"220 back again\r\n"))
        firewall("-D INPUT -d 192.0.2.50 -p tcp --dport 25 -j DROP")
        eventually(lambda: metrics().get("mxpulse_destination_available" + labels) == 1, "the host is seen to come back", log=daemon.log)
        cases.check("the streak ends when the host answers", metrics()["mxpulse_destination_no_answer_streak" + labels] == 0)

        os.rename(folder + "/mail.log", folder + "/mail.log.1")
        run(["postfix", "-c", folder + "/etc", "reload"])
        before = metrics()["mxpulse_feed_lines_total{feed=\"" + folder + "/mail.log\"}"]
        subprocess.run(["sendmail", "-f", "me@sender.lab.example", "user@other.lab.example"], input="Subject: x\n\nhello\n", text=True, env=environment, check=True)
        eventually(lambda: metrics()["mxpulse_feed_lines_total{feed=\"" + folder + "/mail.log\"}"] > before, "lines of the rotated log are read", 60)
        cases.check("the log is followed over its rotation", True)
    finally:
        subprocess.run(["postfix", "-c", folder + "/etc", "stop"], capture_output=True)
cases.end()
