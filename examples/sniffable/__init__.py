"""Sniffable, a social network for dogs: a seeded simulator, and how many likes the next hour will bring."""
