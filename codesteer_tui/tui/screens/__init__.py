"""The screens, each importing what it needs when it is first opened."""
