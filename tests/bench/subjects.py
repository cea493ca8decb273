# SPDX-License-Identifier: GPL-2.0
#
# The firewalls that are measured, each in a network namespace of its own between
# two dummy interfaces in0 and out0. Requests go from in0 to out0.

import ctypes
import os
import re
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
BENCH = "/proc/bailey_bench"
FIRST = os.open("/proc/self/ns/net", os.O_RDONLY)


class Wrong(Exception):
    """A verdict was not the expected one, or a subject could not be set up."""


def sh(command, text=None):
    """Run a shell command where this process is."""
    run = subprocess.run(["bash", "-ec", command], input=text, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode:
        raise Wrong(f"{command[:500]}: {run.stdout[-2000:]}")
    return run.stdout


def write(path, text):
    with open(path, "wb", buffering=0) as file:
        file.write(text.encode())


def read(path):
    with open(path) as file:
        return file.read()


def set_sysctl(name, value):
    write("/proc/sys/" + name.replace(".", "/"), str(value))


def enter_first():
    """Back into the namespace that this process began in."""
    if LIBC.setns(FIRST, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Subject:
    """No firewall: the floor. Subclasses say what theirs is."""

    name = "floor"
    tracks = False

    def __init__(self, label=None):
        self.label = label or self.name
        enter_first()
        sh(f"""
            ip netns add {self.label}
            ip -n {self.label} -batch - <<-END
                link set lo up
                link add in0 type dummy
                link add out0 type dummy
                link set in0 up
                link set out0 up
                addr add 10.255.255.1/8 dev in0
                addr add 172.16.255.1/16 dev out0
                addr add 2001:db8:1::ffff/48 dev in0 nodad
                addr add 2001:db8:2::ffff/48 dev out0 nodad
END
            """)
        self.fd = os.open(f"/var/run/netns/{self.label}", os.O_RDONLY)
        self.enter()
        set_sysctl("net.ipv4.ip_forward", 1)
        set_sysctl("net.ipv6.conf.all.forwarding", 1)
        self.setup()

    def enter(self):
        if LIBC.setns(self.fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    def setup(self):
        pass

    def flush(self):
        """Forget all connections."""

    def send(self, **options):
        """A run of the bench module; its answer as a dictionary."""
        self.enter()
        options["any"] = int(self.label == "floor")
        line = " ".join(f"{name}={value}" for name, value in options.items())
        try:
            write(BENCH, line + "\n")
        except OSError as error:
            raise Wrong(f"{self.label}: {line}: {error}: {read(BENCH)}") from error
        return {name: float(value) for name, value in
                (word.split("=") for word in read(BENCH).split())}

    def remove(self):
        enter_first()
        os.close(self.fd)
        sh(f"ip netns del {self.label}")


class Probe(Subject):
    """No firewall, but what finding a connection costs at the least (module/probe.c): one
    line of memory that no cache has, or two, one behind the other."""

    name = "probe"

    def __init__(self, lines):
        self.lines = lines
        super().__init__(f"probe-{lines}")

    def send(self, **options):
        return super().send(probe=self.lines, **options)


class Bailey(Subject):
    """Both layers, in one rule each unless another policy is given."""

    name = "bailey"
    tracks = True
    policy = """acl one in 100 allow any
acl one out 100 allow any
group all in allow any
attach dev out0 protects subnet acl one groups all
"""

    def __init__(self, policy=None, label=None):
        if policy is not None:
            self.policy = policy
        super().__init__(label)

    def setup(self):
        set_sysctl("net.bailey.max_connections", 16 << 20)
        self.load(self.policy)

    @staticmethod
    def load(policy):
        """One transaction in the namespace that this process is in.
        Return: seconds it took."""
        text = policy.encode()
        began = time.monotonic()
        try:
            with open("/proc/net/bailey/policy", "wb", buffering=0) as file:
                file.write(b"begin\n")
                at = 0
                while at < len(text):
                    at += file.write(text[at:at + (1 << 20)])
                file.write(b"commit\n")
        except OSError as error:
            raise Wrong(f"{error}: {read('/proc/net/bailey/error')}") from error
        return time.monotonic() - began

    @staticmethod
    def stat(name):
        for line in read("/proc/net/bailey/stats").splitlines():
            words = line.rsplit(" ", 1)
            if words[0] == name:
                return int(words[1])
        return 0

    @staticmethod
    def hits(acl):
        """Number of an inbound entry of an ACL -> packets that it decided, if any."""
        found = re.findall(rf"^rule acl {acl} in packets ([1-9]\d*) .*?: (\d+) ",
                           read("/proc/net/bailey/stats"), re.M)
        return {int(number): int(packets) for packets, number in found}

    def flush(self):
        self.enter()
        write("/proc/net/bailey/connections", "flush\n")
        end = time.monotonic() + 30
        while self.stat("connections") and time.monotonic() < end:
            time.sleep(0.01)


class Conntrack(Subject):
    """nf_conntrack and one rule of nftables."""

    name = "conntrack"
    tracks = True

    def setup(self):
        sh("nft -f -", """table inet f {
    chain forward {
        type filter hook forward priority 0; policy accept;
        ct state established accept
    }
}
""")

    def flush(self):
        self.enter()
        sh("conntrack -F 2>&1")


class NftLinear(Subject):
    """Rules of nftables, one after the other."""

    name = "nft-linear"

    def load(self, rules):
        self.enter()
        began = time.monotonic()
        sh("nft -f -", "flush ruleset\ntable inet f {\nchain forward {\n"
           "type filter hook forward priority 0; policy drop;\n" +
           "\n".join(rule.nft() for rule in rules) + "\n}\n}\n")
        return time.monotonic() - began


class Pipapo(Subject):
    """One rule of nftables that asks a set of concatenated ranges."""

    name = "pipapo"

    def load(self, rules):
        self.enter()
        sh("nft -f -", """flush ruleset
table inet f {
    set s { type ipv4_addr . ipv4_addr . inet_service; flags interval; }
    chain forward {
        type filter hook forward priority 0; policy drop;
        ip saddr . ip daddr . tcp dport @s accept
    }
}
""")
        began = time.monotonic()
        for at in range(0, len(rules), 5000):
            sh("nft -f -", "add element inet f s { " + ",\n".join(
                rule.nft_element() for rule in rules[at:at + 5000]) + " }\n")
        return time.monotonic() - began


class Iptables(Subject):
    """iptables-legacy."""

    name = "iptables"

    def load(self, rules):
        self.enter()
        began = time.monotonic()
        sh("iptables-legacy-restore", "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n"
           ":OUTPUT ACCEPT\n" + "\n".join(rule.iptables() for rule in rules) + "\nCOMMIT\n")
        return time.monotonic() - began
