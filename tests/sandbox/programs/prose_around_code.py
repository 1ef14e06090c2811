Sure! Here is the code that solves the problem:

print("hello")

I hope this helps!
