print("y" * 4095 + "z")
