"""Publishing: models as immutable directories that are named by what is in them."""
