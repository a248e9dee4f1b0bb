"""`make bench`: how fast pages and letters are, beside what the same machine does at best, in one run.

Machines are shared and drift, so nothing here is compared across runs: each figure stands beside its floor, measured
in turns with it, and the ratio of the two is what counts.
"""
