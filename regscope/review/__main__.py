"""Called as a module, from before there was a command: `regscope review`."""

import os
import sys

os.execv(sys.executable, [sys.executable, "-m", "regscope", "review", *sys.argv[1:]])
