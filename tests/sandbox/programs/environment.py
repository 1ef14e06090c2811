import os

meant = {"HOME", "LANG", "TZ", "PATH", "HOSTNAME", "PWD", "LC_CTYPE", "CS_PRELOAD"}
threads = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
print("not meant", sorted(set(os.environ) - meant - threads))
