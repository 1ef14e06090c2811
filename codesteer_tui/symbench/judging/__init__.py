"""What the verifiers of several tasks have in common, or one that is too long for its task's module."""
