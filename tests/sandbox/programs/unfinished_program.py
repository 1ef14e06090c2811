print("never shown")
result = max(
    len(word) for word in ["a", "bb"
