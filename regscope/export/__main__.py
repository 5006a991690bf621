"""Called as a module, from before there was a command: `regscope export`."""

import os
import sys

os.execv(sys.executable, [sys.executable, "-m", "regscope", "export", *sys.argv[1:]])
