#!/usr/bin/env python3
"""Tests what the census complains about, and into which group it counts an opcode."""
import census


def check_complaints():
    row = {"kernel": "icdf", "architecture": "sm_90", "slots": 30.0, "float64 add multiply fma": 0.0,
           "table passes": 0.0, "shared passes": 0.0, "spills": 0, "occupancy": 1.0}
    table = {("icdf", "sm_90"): {key: str(value) for key, value in row.items()}}

    def complains(**changed):
        return len(list(census.complaints(row | changed, table)))
    assert not complains() and not complains(slots=32.9) and complains(slots=33.2) and complains(slots=26.8)
    assert complains(spills=1) and complains(occupancy=0.49) and not complains(occupancy=0.5)
    assert complains(**{"float64 add multiply fma": 0.001}) and complains(**{"table passes": 1.0})
    assert complains(architecture="sm_100") == 1
    for opcode, group in (("IMAD.WIDE.U32", "integer multiply wide"), ("DFMA", "float64 add multiply fma"),
                          ("LOP3.LUT", "logic"), ("UIADD3", "uniform"), ("LDC.64", "memory"), ("LDCU.64", "uniform"),
                          ("SHFL.IDX", "shuffle"), ("SHF.R.U32.HI", "shift"), ("BSYNC", "control")):
        assert census.group_of(opcode) == group, opcode


check_complaints()
