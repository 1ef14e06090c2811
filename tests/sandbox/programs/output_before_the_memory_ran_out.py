for row in range(100):
    print("row", row)
table = {}
while True:
    table[len(table)] = "x" * 100_000 + str(len(table))
