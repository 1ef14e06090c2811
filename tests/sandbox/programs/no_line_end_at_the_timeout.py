import sys

sys.stdout.write("so far")
sys.stdout.flush()
sys.stdout.write(" and no more")
while True:
    pass
