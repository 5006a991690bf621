"""The version of everything that decides the numbers of a trained cell.

Trained cells depend on this file and not on the library's other files: a renamed variable
retrains nothing. Raise the version with every change that alters a trained weight; the golden
tests (`tests/training/test_golden.py`) fail until that is done.
"""

NUMERICS_VERSION = 2
