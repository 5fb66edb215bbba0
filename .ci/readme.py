"""Runs the console blocks of a Markdown file and compares their output.

A block opens with ```console. `$ ` starts a command, the lines below it are its output: `...` alone
stands for any lines, `[..]` for anything within a line, a number of ms for any other. A command that ends with `&` stays running
while the next ones run. Blocks marked ```console aws need an AWS account and are skipped, ```console
skip blocks are run by another part of CI. All commands of the file run in one shell.
"""

import os
import re
import selectors
import signal
import subprocess
import sys
import time

PATIENCE = 1200  # seconds a command may take: a first build is among them


def blocks(text):
    """(line number, words after `console`, lines) of each console block."""
    lines = text.splitlines()
    start = None
    for number, line in enumerate(lines):
        if start is None and line.startswith("```console"):
            start = number
        elif start is not None and line.startswith("```"):
            yield start + 1, lines[start].split()[1:], lines[start + 1 : number]
            start = None


def commands(lines):
    """(command, expected lines) of each command in a block."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


def literal(text):
    """A pattern for the text; a time in ms is any time, and how far apart columns stand is open."""
    words = [re.escape(word) for word in re.split(" +", text)]
    return re.sub(r"\d+(?= \+ms)", r"\\d+", " +".join(words))


def pattern(expected):
    """The expected lines as one regular expression over whole lines."""
    parts = []
    for line in expected:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(literal(piece) for piece in line.rstrip().split("[..]")) + r" *\n")
    return "".join(parts)


class Shell:
    """One bash for the whole file, with job control, so that `kill %1` works."""

    END = "command-ended-with"

    def __init__(self):
        environment = {**os.environ, "CARGO_TERM_QUIET": "true"}
        self.process = subprocess.Popen(
            ["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, env=environment,
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.send("set -m; exec 2>&1")

    def send(self, line):
        self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()

    def read_until(self, done):
        text, deadline = "", time.monotonic() + PATIENCE
        while not done(text):
            left = deadline - time.monotonic()
            if left <= 0 or not self.selector.select(left):
                return text, False
            chunk = self.process.stdout.read()
            if not chunk:
                return text, False
            text += chunk.decode(errors="replace")
        return text, True

    def run(self, command, expected):
        """The output, the exit code (None while it runs) and whether it is as expected."""
        if command.rstrip().endswith("&"):
            self.send(command)
            text, matched = self.read_until(lambda text: re.search(expected, text))
            return text, None, matched
        self.send(f"{command}\necho {self.END} $?")
        ending = re.compile(rf"^{self.END} (\d+)\n", re.M)
        text, ended = self.read_until(ending.search)
        if not ended:
            return text, "none in time", False
        code = int(ending.search(text).group(1))
        text = text[: ending.search(text).start()]
        return text, code, bool(re.search(r"(?m)^" + expected, text)) and code == 0

    def end(self):
        """Ends the whole session: with job control, each command is a process group of its own."""
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.getsid(int(process)) == self.process.pid:
                    os.kill(int(process), signal.SIGTERM)
            except ProcessLookupError:
                pass  # ended by itself meanwhile


def main(path):
    shell, failures, count = Shell(), 0, 0
    try:
        for line, marks, body in blocks(open(path, encoding="utf-8").read()):
            if marks:
                continue
            for command, expected in commands(body):
                started = time.monotonic()
                text, code, good = shell.run(command, pattern(expected))
                count += 1
                print(f"{'ok' if good else 'FAILED'} {path}:{line} $ {command} ({time.monotonic() - started:.1f} s)")
                if not good:
                    failures += 1
                    print(f"--- expected\n{chr(10).join(expected)}\n--- got (exit code {code})\n{text}---")
    finally:
        shell.end()
    print(f"{count} commands, {failures} failed")
    return 1 if failures or not count else 0


sys.exit(main(sys.argv[1]))
