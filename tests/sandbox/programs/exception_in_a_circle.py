first, second = ValueError("first"), KeyError("second")
first.__cause__, second.__cause__ = second, first
raise second
