"""The product: the only package that knows more than one of the others."""
