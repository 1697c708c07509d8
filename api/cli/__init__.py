"""The command `factdb`: one family of commands a file, joined in `main`."""
