# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends when pcscd says that this reader is empty: wait_empty.py READER. It only listens: to connect to a card that has just been pulled
makes pcscd forget, until the next change, what comes in before its next look (seen with vpcd)."""
import ctypes
import sys

EMPTY, WAIT_MS = 0x10, 20000


class ReaderState(ctypes.Structure):
    _fields_ = [("reader", ctypes.c_char_p), ("user", ctypes.c_void_p), ("known", ctypes.c_ulong), ("seen", ctypes.c_ulong),
                ("atr_length", ctypes.c_ulong), ("atr", ctypes.c_ubyte * 33)]


pcsc = ctypes.CDLL("libpcsclite.so.1")
context = ctypes.c_long()
state = ReaderState(reader=sys.argv[1].encode())
assert pcsc.SCardEstablishContext(2, None, None, ctypes.byref(context)) == 0
while not state.seen & EMPTY:
    if pcsc.SCardGetStatusChange(context, ctypes.c_ulong(WAIT_MS), ctypes.byref(state), ctypes.c_ulong(1)) != 0:
        sys.exit(1)
    state.known = state.seen & ~2
