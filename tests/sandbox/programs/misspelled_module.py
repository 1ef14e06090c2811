from colections import Counter

print(Counter("abc"))
