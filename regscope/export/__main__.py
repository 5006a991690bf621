"""`python -m regscope.export`, from before there was a command: `regscope export`."""

import os
import sys

os.execv(sys.executable, [sys.executable, "-m", "regscope", "export", *sys.argv[1:]])
