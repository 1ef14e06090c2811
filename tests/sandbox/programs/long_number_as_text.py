import sys

try:
    int("7" * 5000)
except ValueError as error:
    print("refused" if "Exceeds the limit" in str(error) else error)
sys.set_int_max_str_digits(0)
print(int("7" * 5000).bit_length())
