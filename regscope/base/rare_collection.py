"""Imported first, makes Python look for garbage more rarely.

What a stage imports lives to its end, and looking through it again and again while torch or
matplotlib is loaded takes a tenth of its start-up.
"""

import gc

gc.set_threshold(100_000, 20, 20)
