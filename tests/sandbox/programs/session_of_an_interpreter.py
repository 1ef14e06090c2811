>>> print("hello")
hello
