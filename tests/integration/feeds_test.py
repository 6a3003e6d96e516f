#!/usr/bin/env python3
"""Feeds besides plain logs: a Maildir of delivery reports and systemd's journal, each message and entry counted once, over a restart too."""

from gate_lab import *

enter()
cases = Cases()
JOURNAL_REMOTE = next((path for path in ("/usr/lib/systemd/systemd-journal-remote", "/lib/systemd/systemd-journal-remote") if os.path.exists(path)), None)
if not JOURNAL_REMOTE:
    print("skip: no systemd-journal-remote on this machine, by which a journal is written without systemd")
    raise SystemExit(SKIP)

CONFIG = QUICK + """[store]
path = "{folder}/store"
[[feed]]
type = "maildir"
path = "{folder}/Maildir"
[[feed]]
type = "journal"
path = "{folder}/journal"
mta = "postfix"
{more}"""

REPORT = """Return-Path: <>
From: MAILER-DAEMON@relay.example
To: me@sender.example
Date: {date}
Message-ID: <report-{number}@relay.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Not delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; u@{destination}
Action: failed
Status: 4.4.1
Diagnostic-Code: X-Postfix; connect to mx.{destination}[192.0.2.50]:25: Connection timed out

--b
Content-Type: text/rfc822-headers

Message-ID: <original-{number}@sender.example>

--b--
"""


def deliver(folder, number, destination):
    """As a delivery agent does: written in tmp/, moved into new/."""
    name = f"{int(time.time())}.{number}.host"
    with open(f"{folder}/Maildir/tmp/{name}", "w", encoding="utf-8") as file:
        file.write(REPORT.format(number=number, destination=destination, date=time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())))
    os.rename(f"{folder}/Maildir/tmp/{name}", f"{folder}/Maildir/new/{name}")
    return name


def log(folder, *messages, identifier="postfix/smtp", facility="2"):
    """Entries of a journal, in journalctl's export format."""
    entries = "".join(f"__REALTIME_TIMESTAMP={time.time_ns() // 1000}\n__MONOTONIC_TIMESTAMP={time.monotonic_ns() // 1000}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n"
                      f"_HOSTNAME=mail\nSYSLOG_FACILITY={facility}\nSYSLOG_IDENTIFIER={identifier}\nSYSLOG_PID=7\nMESSAGE={message}\n\n" for message in messages)
    done = subprocess.run([JOURNAL_REMOTE, "-o", folder + "/journal/mail.journal", "-"], input=entries, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def bounce(number, destination):
    return (f"{number:X}ABCDEF: to=<u@{destination}>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred "
            f"(connect to mx.{destination}[192.0.2.50]:25: Connection timed out)")


def count(series):
    return int(metrics().get(series, 0))


def bounces():
    return count('mxpulse_bounces_total{class="no_answer"}')


with Lab() as lab:
    destinations(lab).close()
    for name in ("Maildir/new", "Maildir/cur", "Maildir/tmp", "journal"):
        os.makedirs(lab.path(name))
    first = deliver(lab.folder, 1, "dest.lab.example")
    log(lab.folder, bounce(1, "slow.lab.example"), "connect to mx.slow.lab.example[192.0.2.50]:25: Connection timed out")
    log(lab.folder, bounce(9, "victim.example"), identifier="sshd", facility="4")
    daemon = lab.daemon(CONFIG.format(folder=lab.folder, more=""))
    eventually(lambda: bounces() == 2, "what was there is read", 30, daemon.log)
    for number in (2, 3):
        deliver(lab.folder, number, "dest.lab.example")
        log(lab.folder, bounce(number, "slow.lab.example"))
    eventually(lambda: bounces() == 6, "what comes is read", 30, daemon.log)
    eventually(lambda: {"dest.lab.example", "slow.lab.example"} <= set(re.findall(r'destination="([^"]*)"', get("/metrics")[1])), "three messages each: both are watched", 30, daemon.log)
    cases.check("a Maildir's reports and a journal's lines count", bounces() == 6)
    cases.check("each feed has its series", count(f'mxpulse_feed_lines_total{{feed="{lab.folder}/Maildir"}}') == 3
                and count(f'mxpulse_feed_lines_total{{feed="{lab.folder}/journal"}}') == 4, get("/metrics")[1])
    cases.check("nothing of the Maildir is moved or removed", len(os.listdir(lab.path("Maildir/new"))) == 3)

    os.rename(lab.path("Maildir/new/" + first), lab.path("Maildir/cur/" + first + ":2,S"))
    time.sleep(3)
    cases.check("a report that its reader moves is not counted again", bounces() == 6)
    lab.end(daemon)
    deliver(lab.folder, 4, "dest.lab.example")
    log(lab.folder, bounce(4, "slow.lab.example"))
    daemon = lab.daemon(CONFIG.format(folder=lab.folder, more=""))
    eventually(lambda: bounces() == 2, "after a restart what came meanwhile is read", 30, daemon.log)
    time.sleep(3)
    cases.check("after a restart that alone counts", bounces() == 2, bounces())

    other = lab.write("other.ndjson", '{"destination":"dest.lab.example","class":"no_answer"}\n')
    lab.write("mxpulse.toml", CONFIG.format(folder=lab.folder, more=f'[[feed]]\ntype = "ndjson"\npath = "{other}"\n').replace('type = "maildir"', 'type = "ndjson"').replace("/Maildir", "/gone.ndjson"))
    daemon.send_signal(signal.SIGHUP)
    eventually(lambda: f'feed="{other}"' in get("/metrics")[1], "a feed is added by a reload", 30, daemon.log)
    cases.check("one that a reload removed has no series any more", f'feed="{lab.folder}/Maildir"' not in get("/metrics")[1])
    lab.end(daemon)
cases.end()
