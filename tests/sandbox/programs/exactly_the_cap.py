print("y" * 4095)
