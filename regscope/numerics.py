"""The version of everything that decides the numbers of a trained cell.

Trained cells depend on it and not on the library's files: a renamed variable retrains nothing.
Raise the version with every change that alters a trained weight; the golden
tests (`tests/training/test_golden.py`) fail until that is done.

3: proximal L1 under Adam counts its subgradient in the second moments. The golden weights of all
other cells are those of version 2.
"""

NUMERICS_VERSION = 3
