"""What is asked in the little world: a module for each field."""
