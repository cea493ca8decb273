# SPDX-License-Identifier: GPL-2.0
"""Reading timelines: one file is one scenario.

	# SPDX-License-Identifier: GPL-2.0
	# A reset in the window that is not exact passes, and the entry lives.
	# RFC 5961 3.2
	handshake win 1000
	< R seq 10           pass ESTABLISHED     # is challenged:
	> A seq 1 ack 1      pass ESTABLISHED
	< R seq 1002         drop ESTABLISHED tcp-window
	  nf_conntrack passes: and why that is worse
	< R seq 1            pass CLOSE

The head says what holds and which text (RFC, section) it follows. Then lines,
in the order of time:

  > PACKET VERDICT       from the client (injected at "left") to the server
  < PACKET VERDICT       the other way
  handshake [win N[/M]] [ws N[/M]] [sackok] [ts] [mss N]
                         three segments that must pass; N the client's, M the
                         server's
  sysctl NAME VALUE      from here on; nf_conntrack's is set with it
  flush                  the table
  wait SECONDS           time passes, really; such a file has one run alone
  mtu BYTES              of the interface towards the server

and what holds for all of the file:

  only ipv4|ipv6         else it is run in both
  policy LINE            in place of the usual policy (bed.py); many of them
  nft RULE               in place of the usual rules of nf_conntrack
  nf_conntrack not asked: REASON
                         there is no such policy or switch there
  nf_conntrack not asked since X.Y: REASON
                         only on kernels older than that one

VERDICT is

  pass|drop|hold  STATE  [WHY]  [left SECONDS]  [entries N]  [answer WHAT]
                                                [# remark]

hold: nothing comes out, and nobody dropped it (a fragment that waits). STATE
is that of the packet's connection (an error's: of the connection that it is
about): a TCP or SCTP state, NEW, REPLIED or STREAM for other protocols, or -
for no entry. WHY, behind drop, is the word in /proc/net/bailey/stats, or
"kernel" when the packet never came to Bailey. left is how long the entry may
stay silent, entries how many there are in all, answer what came back to the
sender: none unless said.

Under a line, "nf_conntrack passes [in ipv4|ipv6]: REASON" or "nf_conntrack
drops ...: REASON" says that its verdict is another one, and "nf_conntrack not asked from here:
REASON" that the rest of the file makes no sense to it. What is not said so,
and what is said but not so, is a failure; Documentation/conntrack.md lists
them.

PACKET is what it is, then words, most with a value:

  S SA A PA FA R ...     TCP, by flags (F S R P A U, E C N for ECE CWR AE; "none")
    seq N ack N          relative to the sender's and the receiver's first number
    win N urg N len N    window, urgent pointer, bytes of data
    mss N ws N sackok ts V/E sack L-R,...   options; opt HEX any other bytes
    off N reserved N     data offset in words, reserved bits
  udp, udplite           udplen N, cover N (what the length or coverage field says)
  icmp TYPE              by name (packets.py) or N/N; ident N, number N
    about > PACKET       what an error quotes, to the line's verdict; quote N
                         bytes of it above IP, mtu N
  sctp CHUNK[+CHUNK]     vtag N, itag N, tbit, chunklen N
  dccp TYPE, gre (key N, version N), esp, proto N
  and for all of them:
    from HOST to HOST    other than client and server: packets.py has the names
    cport N sport N      the client's and the server's port
    via left|right       where it is injected, whoever it says it is from
    len N fill N         payload
    badsum nosum         wrong checksum, none
    cut N                bytes cut off the end, lengths right
    short N trailer N    bytes cut off or added that IP's length does not know of
    iplen N ihl N nexthdr N ipopt HEX df tos N ttl N ipid N
    piece A-B            a fragment: these bytes of what is above IP; mf 0|1
    ext NAME,...         IPv6 extension headers: hop dst routeN frag ah none
                         mobility jumbo, name:N for N times 8 bytes more; jumbo N
"""

import os
import re

from packets import DCCP_TYPES, ICMP, SCTP_CHUNKS, TCP_FLAGS, Spec

FLAG_WORDS = {"sackok", "badsum", "nosum", "df", "tbit", "gresum"}
TEXT_WORDS = {"from", "to", "via"}
HEX_WORDS = {"opt", "ipopt"}
RANGE_WORDS = {"sack", "piece"}
NUMBER_WORDS = {"seq", "ack", "win", "urg", "len", "mss", "ws", "off", "reserved", "udplen",
                "cover", "ident", "number", "quote", "mtu", "vtag", "itag", "chunklen",
                "key", "version", "cport", "sport", "fill", "cut", "short", "trailer",
                "iplen", "ihl", "nexthdr", "tos", "ttl", "ipid", "mf", "jumbo", "fragnext"}
KINDS = {"udp", "udplite", "icmp", "sctp", "dccp", "gre", "esp", "ah", "proto"}
VERDICTS = {"pass", "drop", "hold"}
REFERENCE = re.compile(r"# (RFC \d+|rulings\.md \d+|CVE-\d+-\d+)")


def version_of(text):
    """A kernel's version, or the beginning of it, to compare."""
    return tuple(map(int, re.match(r"(\d+)\.(\d+)", text).groups()))


def running_kernel():
    """The version of the kernel that this runs on."""
    return version_of(os.uname().release)


class Mistake(Exception):
    """Something in a file that cannot be meant."""


class Expect:
    """What a line says will come of its packet."""

    def __init__(self, words):
        self.verdict = words.pop(0)
        if not words:
            raise Mistake("no state behind the verdict")
        self.state = words.pop(0)
        self.why = None
        self.left = None
        self.entries = None
        self.answer = None
        if self.verdict == "drop":
            if not words:
                raise Mistake("a drop has a reason")
            self.why = words.pop(0)
        while words:
            word = words.pop(0)
            if word.startswith("#"):
                break
            if word not in ("left", "entries", "answer") or not words:
                raise Mistake("what is %r?" % word)
            value = words.pop(0)
            setattr(self, word, value if word == "answer" else int(value))


class Step:
    """One line: what is done, and for a packet what comes of it."""

    def __init__(self, line, action, **what):
        self.line = line
        self.action = action
        self.spec = what.get("spec")
        self.expect = what.get("expect")
        self.args = what.get("args")
        self.other = {}         # nf_conntrack: its verdict where it differs, by family,
        self.stop = None        # or why it is not asked from here


class Timeline:
    """A file: its head, its steps, and what holds for all of it."""

    def __init__(self, path, name):
        self.path = path
        self.name = name
        self.title = None
        self.references = []
        self.families = (4, 6)
        self.policy = []
        self.nft = []
        self.unasked = None
        self.steps = []
        self.differences = []   # reasons

    def uses_tcp(self):
        """Are there sequence numbers, which can wrap?"""
        specs = [s.spec for s in self.steps if s.spec]
        return any(s.subject().kind == "tcp" for s in specs)


def number(text):
    """A sum of products of numbers, without blanks."""
    if not re.fullmatch(r"[-+]?\w+([-+*]\d+)*", text):
        raise Mistake("%r is no number" % text)
    total = 0
    for term in re.findall(r"[-+]?[^-+]+", text):
        value = 1
        for factor in term.split("*"):
            value *= int(factor, 0)
        total += value
    return total


def value_of(word, words):
    """The value behind a word, in what form the word has it."""
    if word in FLAG_WORDS:
        return True
    if not words:
        raise Mistake("%s has no value" % word)
    text = words.pop(0)
    if word in TEXT_WORDS:
        return text
    if word in HEX_WORDS:
        return bytes.fromhex(text)
    if word == "ext":
        return text.split(",")
    if word == "ts":
        return tuple(int(part) for part in text.split("/"))
    if word in RANGE_WORDS:
        pairs = [tuple(int(n) for n in part.split("-")) for part in text.split(",")]
        return pairs if word == "sack" else pairs[0]
    return number(text)


def packet_spec(direction, words):
    """The packet that words describe; takes them off the list."""
    kind = words.pop(0)
    if kind in KINDS:
        spec = Spec(direction, kind)
        if kind in ("icmp", "sctp", "dccp"):
            spec.words["type"] = words.pop(0)
            check_type(kind, spec.get("type"))
        elif kind == "proto":
            spec.words["number"] = int(words.pop(0))
    else:
        spec = Spec(direction, "tcp")
        if kind != "none" and set(kind) - set(TCP_FLAGS):
            raise Mistake("%s is no protocol, nor TCP flags" % kind)
        spec.flags = 0 if kind == "none" else sum(TCP_FLAGS[c] for c in kind)
    while words and words[0] not in VERDICTS:
        word = words.pop(0)
        if word == "about":
            spec.about = packet_spec(words.pop(0), words)
        elif word in FLAG_WORDS | TEXT_WORDS | HEX_WORDS | RANGE_WORDS | NUMBER_WORDS or \
                word in ("ext", "ts"):
            spec.words[word] = value_of(word, words)
        else:
            raise Mistake("what is %r?" % word)
    return spec


def check_type(kind, name):
    """Does a message, chunk or packet type exist?"""
    if kind == "icmp" and name not in ICMP and not re.fullmatch(r"\d+(/\d+)?", name):
        raise Mistake("no such ICMP message: %s" % name)
    if kind == "dccp" and name not in DCCP_TYPES:
        raise Mistake("no such DCCP packet: %s" % name)
    if kind == "sctp":
        for chunk in name.split("+"):
            if chunk not in SCTP_CHUNKS and not chunk.isdigit():
                raise Mistake("no such SCTP chunk: %s" % chunk)


def handshake(line, words):
    """Three segments, as steps."""
    mine, theirs = {"win": 65535}, {"win": 65535}
    while words:
        word = words.pop(0)
        if word in ("sackok", "ts"):
            mine[word] = theirs[word] = True
            continue
        first, _, second = words.pop(0).partition("/")
        mine[word] = int(first)
        theirs[word] = int(second or first)
    steps = []
    for direction, flags, seq, ack, state, own in (
            (">", 2, 0, None, "SYN_SENT", mine), ("<", 18, 0, 1, "SYN_RECV", theirs),
            (">", 16, 1, 1, "ESTABLISHED", mine)):
        spec = Spec(direction, "tcp")
        spec.flags = flags
        spec.words = {"seq": seq, "win": own["win"]}
        if ack is not None:
            spec.words["ack"] = ack
        if flags & 2:
            spec.words.update(own)
        if "ts" in own:
            spec.words["ts"] = (1, 0) if seq == 0 else (2, 1)
        steps.append(Step(line, "packet", spec=spec, expect=Expect(["pass", state])))
    return steps


class Reader:
    """Reads one file, line by line."""

    def __init__(self, timeline):
        self.timeline = timeline
        self.line = None

    def head(self, text):
        """A comment: the title, or what the file follows."""
        if REFERENCE.match(text):
            self.timeline.references.append(text[2:])
        elif not self.timeline.title and text != "# SPDX-License-Identifier: GPL-2.0":
            self.timeline.title = text[2:]

    @staticmethod
    def families(words):
        """[in] ipv4 or ipv6."""
        return {"ipv4": (4,), "ipv6": (6,)}[words[-1]]

    def conntrack(self, text):
        """What is said about nf_conntrack."""
        timeline = self.timeline
        what, _, reason = text.partition(":")
        reason = reason.strip()
        if not reason:
            raise Mistake("no reason")
        what = what.split()[1:]
        if what == ["not", "asked"]:
            timeline.unasked = reason
        elif what[:3] == ["not", "asked", "since"]:
            if running_kernel() >= version_of(what[3]):
                timeline.unasked = reason
        elif what == ["not", "asked", "from", "here"]:
            timeline.steps[-1].stop = reason
        elif what[0] in ("passes", "drops") and timeline.steps[-1].spec:
            families = self.families(what[1:]) if what[1:] else (4, 6)
            for family in families:
                timeline.steps[-1].other[family] = "pass" if what[0] == "passes" else "drop"
            timeline.differences.append(reason)
        else:
            raise Mistake("passes, drops, not asked, not asked from here?")

    def take(self, text):
        """One line that is no comment."""
        timeline = self.timeline
        words = text.split()
        first = words.pop(0)
        if first == "nf_conntrack":
            self.conntrack(text.strip())
        elif first in ("policy", "nft"):
            getattr(timeline, first).append(text.strip().partition(" ")[2])
        elif first == "only":
            timeline.families = self.families(words)
        elif first == "handshake":
            timeline.steps += handshake(self.line, words)
        elif first in (">", "<"):
            spec = packet_spec(first, words)
            if not words:
                raise Mistake("no verdict")
            timeline.steps.append(Step(self.line, "packet", spec=spec, expect=Expect(words)))
        elif first in ("sysctl", "flush", "wait", "mtu"):
            timeline.steps.append(Step(self.line, first, args=words))
        else:
            raise Mistake("what is %r?" % first)

    def read(self):
        """All of it."""
        timeline = self.timeline
        with open(timeline.path, encoding="utf-8") as lines:
            for n, text in enumerate(lines, 1):
                self.line = "%d: %s" % (n, " ".join(text.split()))
                try:
                    if text.startswith("#"):
                        self.head(text.strip())
                    elif text.strip():
                        self.take(text)
                except (Mistake, ValueError, KeyError, IndexError) as error:
                    raise Mistake("%s, line %s (%s)" % (timeline.path, self.line,
                                                        error)) from error
        if not timeline.title or not timeline.references or not timeline.steps:
            raise Mistake("%s: no title, no RFC, or nothing happens" % timeline.path)
        if timeline.policy and not timeline.nft and not timeline.unasked:
            raise Mistake("%s: a policy needs nft rules, or a word why not" % timeline.path)
        return timeline


def read(path, name):
    """A file as a Timeline; Mistake if there is one."""
    return Reader(Timeline(path, name)).read()
