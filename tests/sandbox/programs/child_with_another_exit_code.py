import os
import sys

pid = os.fork()
if pid == 0:
    sys.exit(9)
print("child", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
sys.exit(3)
