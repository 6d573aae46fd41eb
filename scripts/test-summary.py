#!/usr/bin/env python3
"""Reads ctest's reports and prints each failed and skipped test, then a line of counts over all of them.

usage: scripts/test-summary.py REPORT.xml...

A test that skips prints a line "skipped: REASON". With CI=true in the environment, a reason other than
missing hardware, nvcc or network counts as a failure. Exits with 1 when anything failed.
"""

import os
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

SKIP_ALLOWED_IN_CI = re.compile(r"\b(nvcc|GPU|hardware|network)\b")


def skip_reason(test):
    found = re.findall(r"^skipped: *(.+)$", test.findtext("system-out") or "", re.MULTILINE)
    return found[-1].strip() if found else "no reason given"


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
            reason = skip_reason(test)
            if os.environ.get("CI") == "true" and not SKIP_ALLOWED_IN_CI.search(reason):
                yield "failed", name, f"skipped, which CI does not allow for this: {reason}"
            else:
                yield "skipped", name, reason
        else:
            yield "failed", name, f"did not run: {why}" if why else "see its output above"


def main(reports):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for report in reports:
        if not os.path.exists(report):
            counts["failed"] += 1
            print(f"failed: {report}: ctest wrote no report")
            continue
        for outcome, name, detail in outcomes(report):
            counts[outcome] += 1
            if outcome != "passed":
                print(f"{outcome}: {name}: {detail}")
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: scripts/test-summary.py REPORT.xml...")
    sys.exit(main(sys.argv[1:]))
