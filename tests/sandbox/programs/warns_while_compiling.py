one = 1
print(one, one is 1)
