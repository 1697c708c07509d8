"""The definition of every answer, in plain Python: slow, small, and written from the specification alone."""
