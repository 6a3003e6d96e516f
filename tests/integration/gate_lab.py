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
    firewall("-F INPUT")
    run(["umount", os.path.realpath("/etc/resolv.conf")])


def comes_back(destination):
    """Its host takes mail from now on."""
    host = Host(SILENT[destination], takes_mail)
    firewall(f"-D INPUT -d {SILENT[destination]} -p tcp --dport 25 -j DROP")
    return host
