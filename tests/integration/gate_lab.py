"""What the gate's tests share: destinations that are silent until their firewall rule goes, and a daemon that looks often."""

from lab import *

SILENT = {"dest.lab.example": "192.0.2.50", "slow.lab.example": "192.0.2.52"}
OTHER = "192.0.2.51"

QUICK = quick(greeting="2s", silent="2s")


def destinations(lab):
    """Two silent ones and one that takes mail, which is given."""
    lab.dns({"lab.example": f"dest MX 10 mx\nmx A 192.0.2.50\nother MX 10 mx-other\nmx-other A {OTHER}\nslow MX 10 mx-slow\nmx-slow A 192.0.2.52"})
    run(["mount", "--bind", lab.write("resolv.conf", f"nameserver {DNS}\n"), os.path.realpath("/etc/resolv.conf")])
    for address in SILENT.values():
        firewall(f"-A INPUT -d {address} -p tcp --dport 25 -j DROP")
    return Host(OTHER, takes_mail)


def forget_destinations(other):
    """Undoes it, for the next story."""
    other.close()
    firewall("-F INPUT", "-F OUTPUT")
    run(["umount", os.path.realpath("/etc/resolv.conf")])


def comes_back(destination):
    """Its host takes mail from now on."""
    host = Host(SILENT[destination], takes_mail)
    answers_again(destination)
    return host


def answers_again(destination):
    firewall(f"-D INPUT -d {SILENT[destination]} -p tcp --dport 25 -j DROP")


def falls_silent(destination):
    firewall(f"-A INPUT -d {SILENT[destination]} -p tcp --dport 25 -j DROP")


def takes_one_mail_and_dies(destination):
    """Greets everybody; nothing reaches the host any more once it has a whole message, which it still says."""
    class Dying(list):
        def append(self, one):
            if not self:
                falls_silent(destination)
            super().append(one)

    def play(host, connection):
        if not isinstance(host.heard, Dying):
            host.heard = Dying()
        takes_mail(host, connection)
    return play


def holds_begun(daemon, destination):
    """How many holds of it the daemon's log tells."""
    return len(re.findall(f"event=gate destination={re.escape(destination)} to=held", open(daemon.log, encoding="utf-8").read()))


class Attempts:
    """Counts the connection attempts that a user's processes send to a destination's host, where they leave; mxpulse's own are root's."""

    def __init__(self, destination, user):
        self.rule = f"OUTPUT -d {SILENT[destination]} -p tcp --dport 25 --syn -m owner --uid-owner {user}"
        firewall(f"-A {self.rule}")

    def seen(self):
        listed = run("iptables -L OUTPUT -v -x -n").stdout.splitlines()
        return sum(int(line.split()[0]) for line in listed if "owner UID match" in line)

    def block(self):
        """From now on they reach nobody."""
        firewall(f"-A {self.rule} -j DROP")

    def let_through(self):
        firewall(f"-D {self.rule} -j DROP")
