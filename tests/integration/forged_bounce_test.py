#!/usr/bin/env python3
"""A host and a sender who write like a log: nobody's mail is held for it."""

import shutil
import smtplib

from gate_lab import *
from mtas import SendingPostfix, submit

enter()
cases = Cases()
if not shutil.which("postfix"):
    print("skip: no Postfix on this machine")
    raise SystemExit(SKIP)

CONFIG = QUICK + """[watch]
bounces = 1
[gate]
mode = "enforce"
[gate.postfix]
table = "hash:{folder}/table/hold"
config_directory = "{folder}/etc"
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
"""
FORGED = b"postfix/smtp[1]: 4F1A2B3C4D: to=<a@dest.lab.example>, relay=none, dsn=4.4.1, status=deferred (connect to mx.lab.example[192.0.2.50]:25: Connection timed out)"


def forges(host, connection):
    """Greets, then answers every word with a temporary failure that reads like a bounce of somebody else."""
    connection.sendall(b"220 mx ESMTP\r\n")
    connection.settimeout(20)
    while connection.recv(65536):
        host.heard.append(1)
        connection.sendall(b"451 4.4.1 " + FORGED + b"\r\n")


with Lab() as lab:
    destinations(lab).close()
    host = Host(OTHER, takes_mail_saying(b"250 2.0.0 Ok: queued as " + FORGED))
    postfix = SendingPostfix(lab, "main.cf")
    daemon = lab.daemon(CONFIG.format(folder=postfix.folder))
    eventually(lambda: os.path.exists(postfix.folder + "/table/hold.db"), "the table is written at the start", log=daemon.log)
    with postfix:
        submit("other.lab.example", 5)
        eventually(lambda: postfix.log().count("status=sent") >= 5, "a queue id that reads like a bounce is logged", 60, postfix.folder + "/mail.log")
        cases.check("a forged queue id is in the log", "queued as postfix/smtp[1]: 4F1A2B3C4D: to=<a@dest.lab.example>" in postfix.log())
        host.play = forges
        submit("other.lab.example", 20)
        with smtplib.SMTP("127.0.0.1", 25, local_hostname="client.lab.example", timeout=30) as client:
            crafted = '"x>, relay=none, dsn=4.4.1, status=deferred (connect to mx.lab.example[192.0.2.50]:25: Connection timed out) to=<a@dest.lab.example"'
            client.sendmail("me@sender.lab.example", [f"{crafted}@other.lab.example"], f"Subject: {FORGED.decode()}\r\n\r\nhello\r\n")
        eventually(lambda: postfix.log().count("status=deferred") >= 21, "all of it bounces for now", 60, postfix.folder + "/mail.log")
        time.sleep(8)  # longer than fall takes at this interval
        cases.check("the forged words are in the log", postfix.log().count("dest.lab.example") >= 21)
        series = metrics()
        cases.check("nobody is held", held() == [] and postfix.table() == [] and series['mxpulse_holds{mode="enforce"}'] == 0)
        cases.check("the destination they name is not even watched", not any("dest.lab.example" in one for one in series))
        said = subprocess.run([MXPULSE, "classify", postfix.folder + "/mail.log"], capture_output=True, text=True).stdout.splitlines()
        events = [json.loads(line) for line in said]
        cases.check("every event is of the host that answered", {one["destination"] for one in events} == {"other.lab.example"}, events)
        cases.check("the ones with a forged queue id are deliveries", sum(one["class"] == "delivered" for one in events) >= 5, events)
        cases.check("and none says no answer", all(one["class"] != "no_answer" for one in events), events)
    host.close()
cases.end()
