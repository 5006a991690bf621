"""`python -m regscope.review`, from before there was a command: `regscope review`."""

import os
import sys

os.execv(sys.executable, [sys.executable, "-m", "regscope", "review", *sys.argv[1:]])
