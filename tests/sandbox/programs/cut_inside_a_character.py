print("é" * 50_000 + "end")
