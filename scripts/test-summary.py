#!/usr/bin/env python3
"""Reads ctest's reports and prints each failed and skipped test, then a line of counts over all of them. The last
lines of what a failed test printed come with it, so that the end of a log tells enough.

usage: scripts/test-summary.py [--skipped "NAME: REASON"] REPORT.xml...

A test that skips prints a line "skipped: REASON"; --skipped tells of something that is in no report. With CI=true in
the environment, a reason other than missing hardware, nvcc, network or rights counts as a failure, unless it names a
word of GLORAND_TEST_WITHOUT, where scripts/bare-root.sh says what it took away. Exits with 1 when anything failed.
"""

import argparse
import os
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

SKIP_ALLOWED_IN_CI = re.compile(
    r"\b(%s)\b" % "|".join(["nvcc", "GPU", "hardware", "network", "rights"]
                           + [re.escape(word) for word in os.environ.get("GLORAND_TEST_WITHOUT", "").split()]),
    re.IGNORECASE)


LINES_OF_FAILED = 40


def skip_reason(test):
    found = re.findall(r"^skipped: *(.+)$", test.findtext("system-out") or "", re.MULTILINE)
    return found[-1].strip() if found else "no reason given"


def last_lines(test):
    lines = (test.findtext("system-out") or "").rstrip().splitlines()[-LINES_OF_FAILED:]
    return "".join(f"\n    | {line}" for line in lines) if lines else "it printed nothing"


def judge_skip(name, reason):
    if os.environ.get("CI") == "true" and not SKIP_ALLOWED_IN_CI.search(reason):
        return "failed", name, f"skipped, which CI does not allow for this: {reason}"
    return "skipped", name, reason


def outcomes(report):
    """Yields (outcome, name, detail) of each test in a report."""
    for test in ElementTree.parse(report).iter("testcase"):
        name = f"{pathlib.Path(report).parent.name}/{test.get('name')}"
        status = test.get("status")
        skipped = test.find("skipped")
        why = skipped.get("message", "") if skipped is not None else ""
        if status == "run":
            yield "passed", name, ""
        elif why.startswith("SKIP_"):
            yield judge_skip(name, skip_reason(test))
        else:
            yield "failed", name, f"did not run: {why}" if why else last_lines(test)


def all_outcomes(skipped, reports):
    if skipped:
        yield judge_skip(*skipped.split(": ", 1))
    for report in reports:
        if os.path.exists(report):
            yield from outcomes(report)
        else:
            yield "failed", report, "ctest wrote no report"


def main():
    parser = argparse.ArgumentParser(usage='%(prog)s [--skipped "NAME: REASON"] REPORT.xml...')
    parser.add_argument("--skipped")
    parser.add_argument("reports", nargs="+")
    arguments = parser.parse_args()
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for outcome, name, detail in all_outcomes(arguments.skipped, arguments.reports):
        counts[outcome] += 1
        if outcome != "passed":
            print(f"{outcome}: {name}: {detail}")
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
