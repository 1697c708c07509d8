"""Serving: models run in processes of their own, with deadlines, and history answers when they cannot."""
