ﬁnal = 1
print(final)
аnswer = 2
print(answer)
