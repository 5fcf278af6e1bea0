"""Small random models with their reference logits, for the tests of `Inference`."""
