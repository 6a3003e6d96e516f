#!/usr/bin/env python3
"""The systemd unit: systemd takes it as it is, finds it hardened, and its rights are enough to read logs and flush Postfix."""

import shutil
import stat

from mtas import SendingPostfix, submit
from lab import *

enter()
cases = Cases()
UNIT = ROOT + "/config/systemd/mxpulse.service"
EXPOSURE = "15"  # of 1000: systemd-analyze counts in tenths
if not shutil.which("systemd-analyze"):
    print("skip: no systemd-analyze on this machine")
    sys.exit(SKIP)


def analyze(*arguments, **options):
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, **options)


def settings(name):
    """What the unit sets this to, in order."""
    return [line.split("=", 1)[1].strip() for line in open(UNIT, encoding="utf-8") if line.startswith(name + "=")]


def with_the_units_rights(command, groups):
    """Runs it as the unit would: a user without rights, no new ones, a user namespace of its own."""
    return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--groups=" + groups, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all",
                           "unshare", "-U", *command], capture_output=True, text=True, timeout=60)


def why_not_with_the_units_rights():
    if os.geteuid() != 0:
        return "only root can take the unit's rights"
    if not shutil.which("setpriv"):
        return "no setpriv on this machine"
    made = with_the_units_rights(["true"], "adm")
    return "" if made.returncode == 0 else "this machine allows no user namespaces: " + made.stderr.strip()


with Lab() as lab:
    os.chmod(lab.folder, 0o755)
    text = open(UNIT, encoding="utf-8").read().replace("/usr/bin/mxpulse", MXPULSE)
    os.makedirs(lab.path("mxpulse.service.d"))
    unit = lab.write("mxpulse.service", text)

    done = analyze("verify", "--man=no", unit)
    # The machine's own units may have faults of their own.
    complaints = [line for line in done.stderr.splitlines() if "mxpulse" in line]
    cases.check("systemd-analyze verify has no complaint", not complaints, complaints)
    done = analyze("security", "--offline=true", "--threshold=" + EXPOSURE, unit)
    cases.check("its exposure is at most 1.5", done.returncode == 0, done.stdout[-300:])
    print(done.stdout.strip().splitlines()[-1])

    spoiled = lab.write("spoiled.service", text.replace("NoNewPrivileges=yes", "").replace("User=mxpulse", "").replace("CapabilityBoundingSet=", ""))
    cases.check("a unit that runs as root would be found out", analyze("security", "--offline=true", "--threshold=" + EXPOSURE, spoiled).returncode != 0)

    for drop_in in ("postfix.conf", "exim.conf"):
        shutil.copy(f"{ROOT}/config/systemd/{drop_in}", lab.path("mxpulse.service.d"))
        complaints = [line for line in analyze("verify", "--man=no", unit).stderr.splitlines() if "mxpulse" in line]
        cases.check(f"nor with {drop_in} beside it", not complaints, complaints)

    config = lab.write("mxpulse.toml", "[http]\nlisten = \"127.0.0.1:9425\"\n")
    for name in ("ExecStart", "ExecStopPost"):
        [command] = settings(name)
        words = command.replace("/usr/bin/mxpulse", MXPULSE).replace("/etc/mxpulse/mxpulse.toml", config).split()
        if name == "ExecStart":
            cases.check("ExecStart is a command of ours", words[1:] == ["run", "--config", config])
        else:
            cases.check("ExecStopPost is one too, and good where nothing is gated", subprocess.run(words).returncode == 0)
    cases.check("Type=notify with a watchdog, on systemd 252 too", settings("Type") == ["notify"] and settings("WatchdogSec") == ["30s"])

    sysusers = subprocess.run(["systemd-sysusers", "--dry-run", ROOT + "/config/systemd/mxpulse.sysusers"], capture_output=True, text=True) if shutil.which("systemd-sysusers") else None
    if sysusers:
        cases.check("systemd-sysusers takes the user", sysusers.returncode == 0, sysusers.stderr)

    forbidden = why_not_with_the_units_rights()
    if forbidden:
        cases.skip(forbidden)
    else:
        log = lab.write("mail.log", "a line\n")
        shutil.chown(log, "root", "adm")
        os.chmod(log, stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)
        read = with_the_units_rights(["cat", log], "adm")
        cases.check("the group of its unit reads the mail log", read.stdout == "a line\n", read.stderr)
        cases.check("and without it nobody does", with_the_units_rights(["cat", log], "postdrop" if shutil.which("postfix") else "nogroup").returncode != 0)

    if not shutil.which("postfix"):
        cases.skip("no Postfix on this machine")
    elif not forbidden:
        postfix = SendingPostfix(lab, "main.cf")
        with open(postfix.folder + "/table/hold", "w", encoding="utf-8") as table:
            table.write("dest.lab.example mxhold:\n")
        run(["postmap", "-c", postfix.folder + "/etc", f"hash:{postfix.folder}/table/hold"])
        with postfix:
            submit("dest.lab.example")
            eventually(lambda: postfix.waiting("dest.lab.example"), "the message waits", 30)
            etc = postfix.folder + "/etc"
            listed = with_the_units_rights(["postqueue", "-c", etc, "-j"], "adm,postdrop")
            cases.check("with postfix.conf it lists Postfix's queue", listed.returncode == 0 and "dest.lab.example" in listed.stdout, (listed.stdout, listed.stderr))
            message = json.loads(listed.stdout.splitlines()[0])["queue_id"] if listed.stdout else "none"
            flushed = with_the_units_rights(["postqueue", "-c", etc, "-i", message], "adm,postdrop")
            cases.check("and flushes a message", flushed.returncode == 0, flushed.stderr)
            refused = with_the_units_rights(["postqueue", "-c", etc, "-j"], "adm")
            cases.check("without it, it cannot", refused.returncode != 0, refused.stdout)
            os.makedirs(lab.path("state"))
            os.chown(lab.path("state"), 65534, 65534)
            shutil.copy(postfix.folder + "/table/hold", lab.path("state") + "/hold")
            os.chown(lab.path("state") + "/hold", 65534, 65534)
            compiled = with_the_units_rights(["postmap", "-c", etc, f"hash:{lab.path('state')}/hold"], "adm")
            cases.check("it compiles the hold table in its own folder", compiled.returncode == 0 and os.path.exists(lab.path("state") + "/hold.db"), compiled.stderr)
cases.end()
