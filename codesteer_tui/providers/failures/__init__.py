"""What a failed call means: from a status, a body or an exception to one typed error with its remedy."""
