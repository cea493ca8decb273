#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Forwards a multicast group from one interface to others, until it is ended.

	mroute.py GROUP SOURCE IN OUT...     interfaces by their addresses
"""

import socket
import struct
import sys
import time

MRT_INIT, MRT_ADD_VIF, MRT_ADD_MFC = 200, 202, 204
MAXVIFS = 32

group, source, *interfaces = sys.argv[1:]
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
sock.setsockopt(socket.IPPROTO_IP, MRT_INIT, 1)
for number, addr in enumerate(interfaces):
    sock.setsockopt(socket.IPPROTO_IP, MRT_ADD_VIF, struct.pack(
        "@HBBI4s4s", number, 0, 1, 0, socket.inet_aton(addr), bytes(4)))
ttls = bytes(1 if 0 < i < len(interfaces) else 0 for i in range(MAXVIFS))
sock.setsockopt(socket.IPPROTO_IP, MRT_ADD_MFC, struct.pack(
    "@4s4sH32s2xIIIi", socket.inet_aton(source), socket.inet_aton(group), 0, ttls,
    0, 0, 0, 0))
print("forwarding", flush=True)
time.sleep(300)
