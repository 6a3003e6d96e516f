"""Real mail servers beside the machine's own: private folders, private users, inside the test's namespaces."""

import glob
import json
import os
import shutil
import smtplib
import subprocess

from lab import ROOT, eventually, run

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = all
myhostname = sender.lab.example
mydestination =
relayhost =
smtp_host_lookup = dns
smtp_connect_timeout = 2s
alias_maps =
alias_database =
minimal_backoff_time = 5s
maximal_backoff_time = 5s
queue_run_delay = 5s
import_environment = MAIL_CONFIG
"""


def postfix_folder(lab, listen=None):
    """A private Postfix beside the machine's own; `listen` is the address its smtpd greets at, if any."""
    folder = lab.path("postfix")
    os.makedirs(folder + "/etc")
    os.makedirs(folder + "/spool")
    os.makedirs(folder + "/data")
    os.chmod(lab.folder, 0o755)
    shutil.chown(folder + "/data", "postfix")
    with open(folder + "/etc/main.cf", "w", encoding="utf-8") as file:
        file.write(MAIN.format(folder=folder))
    master = next(path for path in ("/etc/postfix/master.cf", "/usr/share/postfix/master.cf.dist") if os.path.exists(path))
    with open(master, encoding="utf-8") as source, open(folder + "/etc/master.cf", "w", encoding="utf-8") as file:
        for line in source:
            fields = line.split()
            if line[:1] not in ("#", " ", "\t") and len(fields) >= 8:
                if fields[0] == "smtp" and fields[1] == "inet":
                    if not listen:
                        continue
                    fields[0] = listen + ":25"
                fields[4] = "n"  # chroot: the namespace is cage enough
                line = " ".join(fields) + "\n"
            file.write(line)
        file.write("postlog unix-dgram n - n - 1 postlogd\n" if "postlog " not in open(folder + "/etc/master.cf", encoding="utf-8").read() else "")
    return folder


class SendingPostfix:
    """A Postfix that sends, gated by the snippets under config/postfix. Its own timers are long, so that mail comes back by mxpulse's hand."""

    def __init__(self, lab, snippet):
        self.folder = postfix_folder(lab, "127.0.0.1")
        os.makedirs(self.folder + "/table")
        with open(self.folder + "/etc/main.cf", encoding="utf-8") as main:
            settings = main.read().replace("backoff_time = 5s", "backoff_time = 300s").replace("queue_run_delay = 5s", "queue_run_delay = 300s")
        with open(self.folder + "/etc/main.cf", "w", encoding="utf-8") as main:
            hooks = open(ROOT + "/config/postfix/" + snippet, encoding="utf-8").read()
            main.write(settings + "\n" + hooks.replace("/var/lib/mxpulse/hold", self.folder + "/table/hold"))
        with open(self.folder + "/etc/master.cf", "a", encoding="utf-8") as master:
            master.write(open(ROOT + "/config/postfix/master.cf", encoding="utf-8").read())
        self.environment = {**os.environ, "MAIL_CONFIG": self.folder + "/etc"}

    def __enter__(self):
        run(["postfix", "-c", self.folder + "/etc", "start"])
        return self

    def __exit__(self, *_):
        subprocess.run(["postfix", "-c", self.folder + "/etc", "stop"], capture_output=True)

    def log(self):
        try:
            return open(self.folder + "/mail.log", encoding="utf-8").read()
        except FileNotFoundError:
            return ""

    def queue(self):
        done = subprocess.run(["postqueue", "-j"], env=self.environment, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def queues(self):
        """The names of those that are not empty."""
        return {one["queue_name"] for one in self.queue()}

    def waiting(self, domain):
        return sum(any(to["address"].endswith("@" + domain) for to in one["recipients"]) for one in self.queue())

    def table(self):
        """Who the lookup table holds."""
        path = self.folder + "/table/hold"
        return [line.split()[0] for line in open(path, encoding="utf-8") if line[0] != "#"] if os.path.exists(path) else []


def submit(domain, count=1):
    """Sends messages by SMTP to the MTA at 127.0.0.1, which must take each."""
    for number in range(count):
        with smtplib.SMTP("127.0.0.1", 25, local_hostname="client.lab.example", timeout=30) as client:
            client.sendmail("me@sender.lab.example", [f"user{number}@{domain}"], f"Subject: {number}\r\n\r\nhello\r\n")


def unpacked(package):
    """The folder of an unpacked MTA and the environment its libraries need, or nothing."""
    folder = os.path.join(ROOT, "build", "mtas", package)
    if not os.path.exists(os.path.join(folder, "unpacked")):
        return None, None
    libraries = glob.glob(folder + "/**/lib/*-linux-gnu", recursive=True)
    return folder, {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries), "PATH": f"{folder}/usr/sbin:{os.environ['PATH']}"}


def private_machine(lab):
    """An /etc of our own with the users these MTAs want, and empty state folders. Gone with the mount namespace."""
    shutil.copytree("/etc", lab.path("etc"), symlinks=True, ignore_dangling_symlinks=True)
    run(["mount", "--bind", lab.path("etc"), "/etc"])
    for number, name in enumerate(("Debian-exim", "opensmtpd", "opensmtpq")):
        if not any(line.startswith(name + ":") for line in open("/etc/passwd", encoding="utf-8")):
            with open("/etc/passwd", "a", encoding="utf-8") as users, open("/etc/group", "a", encoding="utf-8") as groups:
                users.write(f"{name}:x:{9001 + number}:{9001 + number}::/run/empty:/bin/false\n")
                groups.write(f"{name}:x:{9001 + number}:\n")
    for folder in ("/var/spool", "/var/lib", "/run"):
        run(["mount", "-t", "tmpfs", "none", folder])
    for folder in ("/run/empty", "/var/lib/opensmtpd/empty", "/var/spool/exim4", "/etc/exim4"):
        os.makedirs(folder, exist_ok=True)
    shutil.chown("/var/spool/exim4", "Debian-exim")


EXIM = """primary_hostname = exim.lab.example
spool_directory = /var/spool/exim4
log_file_path = /var/spool/exim4/%slog
exim_user = Debian-exim
exim_group = Debian-exim
keep_environment =
local_interfaces = {address}
daemon_smtp_ports = 25
begin acl
begin routers
begin transports
"""

# Sends by DNS. Its own timers are long, so that mail comes back by mxpulse's hand.
EXIM_SENDER = """primary_hostname = sender.lab.example
spool_directory = /var/spool/exim4
log_file_path = /var/spool/exim4/%slog
exim_user = Debian-exim
exim_group = Debian-exim
exim_path = {program}
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = 25
dns_dnssec_ok = -1
acl_smtp_rcpt = acl_rcpt
{hooks}
begin acl
acl_rcpt:
  accept
begin routers
dnslookup:
  driver = dnslookup
  transport = remote_smtp
  ignore_target_hosts = 127.0.0.0/8
begin transports
remote_smtp:
  driver = smtp
  connect_timeout = 2s
  command_timeout = 2s
begin retry
* * F,4d,1h
"""

OPENSMTPD = """listen on {address} port 25 hostname opensmtpd.lab.example
action "store" mbox
match for local action "store"
"""


def start_exim(lab, address):
    folder, environment = unpacked("exim4-daemon-light")
    with open("/etc/exim4/exim4.conf", "w", encoding="utf-8") as file:
        file.write(EXIM.format(address=address))
    return lab.start([folder + "/usr/sbin/exim4", "-bdf"], env=environment)


def start_sending_exim(lab, hooks):
    """An Exim that sends, with `hooks` in its main section; also gives the program to ask its queue with."""
    folder, _ = unpacked("exim4-daemon-light")
    shutil.copytree(folder, lab.path("exim4"), symlinks=True)  # its user may not look into the folder of whoever runs the test
    program = lab.path("exim4/usr/sbin/exim4")
    # It runs itself again, set-uid, which looks at no environment for its libraries.
    with open("/etc/ld.so.conf.d/lab.conf", "w", encoding="utf-8") as file:
        file.write("\n".join(glob.glob(lab.path("exim4/**/lib/*-linux-gnu"), recursive=True)) + "\n")
    run("ldconfig")
    with open("/etc/exim4/exim4.conf", "w", encoding="utf-8") as file:
        file.write(EXIM_SENDER.format(hooks=hooks, program=program))
    return lab.start([program, "-bdf", "-q30m"]), program


def start_opensmtpd(lab, address):
    folder, environment = unpacked("opensmtpd")
    with open("/etc/smtpd.conf", "w", encoding="utf-8") as file:
        file.write(OPENSMTPD.format(address=address))
    # It runs itself again by the name it was called by, and finds that on the PATH.
    return lab.start(["smtpd", "-d", "-f", "/etc/smtpd.conf"], env=environment)
