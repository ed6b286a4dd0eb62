"""Compiled modules are kept, tests among them: where an environment forbids it, each worker and each build would compile them anew."""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
