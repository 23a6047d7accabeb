"""pty_relay.py COLUMNS ROWS PROGRAM ARGS...: runs a program on a terminal of its own.

Its keys are this process's stdin, what it writes goes to stdout. First a line `pid N` on stderr; after its end a line that says how it
ended and how it left the terminal.
"""
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios

columns, rows, *command = sys.argv[1:]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


def control() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, preexec_fn=control)
print(f"pid {child.pid}", file=sys.stderr, flush=True)
sources = [master, 0]
while child.poll() is None:
    ready, _, _ = select.select(sources, [], [], 0.05)
    for source in ready:
        data = os.read(source, 65536)
        if source == 0 and not data:
            sources.remove(0)
        os.write(1 if source == master else master, data)
while select.select([master], [], [], 0)[0]:
    os.write(1, os.read(master, 65536))
flags = termios.tcgetattr(slave)[3]
usual = bool(flags & termios.ECHO) and bool(flags & termios.ICANON)
print(f"code {child.returncode}, terminal {'as it was' if usual else 'raw'}", file=sys.stderr, flush=True)
