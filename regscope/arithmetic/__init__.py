"""Which code computes: this processor's fastest, or code that every x86-64 processor runs alike.

MKL, oneDNN, ATen, OpenBLAS and numpy choose their kernels by the processor, and kernels differ in
the last digits. Each reads a variable that chooses for it, once: numpy and OpenBLAS when they are
loaded, torch's libraries at their first operation. So arithmetic is a matter of whole processes.
"""

from regscope.arithmetic.choice import numpy_variables, settle, steady_numpy
from regscope.arithmetic.settled import Arithmetic, Precision, is_portable

__all__ = ["Arithmetic", "Precision", "is_portable", "numpy_variables", "settle", "steady_numpy"]
