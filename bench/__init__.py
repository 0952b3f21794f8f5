"""Measures the product beside its limits, in one run: ``python -m bench`` (``make bench``).

What stands beside it: pgbench with a minimal award, and a bare Django application (``bench.bare``). Repetitions are
interleaved, so that a neighbour on the machine disturbs all alike; what counts are ratios within a run.

Reading order: plan (what is measured), scenes and load (the client), processes, servers and postgres (what is
observed), seed, statements and bookkeeping (they run inside the product), figures, targets and table (pure: numbers to
verdicts to text). docs/performance.md says how to read the outcome. Nothing here is part of the product.
"""
