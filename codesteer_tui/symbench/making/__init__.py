"""What problems are made of: stories, themes, rooms and names."""
