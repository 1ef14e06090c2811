import os

try:
    for number in range(1_000_000):
        os.close(os.open(f"empty{number}", os.O_CREAT | os.O_WRONLY))
except OSError as error:
    print("stopped by errno", error.errno)
