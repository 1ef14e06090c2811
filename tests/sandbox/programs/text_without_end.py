answer = "twelve
print(answer)
