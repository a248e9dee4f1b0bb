"""The tests. What Python and pytest compile is kept, also where PYTHONDONTWRITEBYTECODE says not to.

Compiling all tests with their asserts, and the service, anew takes a quarter of a minute for each process of a run,
and some seconds for each process that a test starts. Looking for garbage while all of it is loaded was a quarter of the
rest; `conftest.py` begins with that afterwards. What else imports from here, benchmarks and the processes of the fault
stories, is left as it is in service.
"""

import gc
import os
import sys

if "pytest" in sys.modules:
    gc.disable()
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
