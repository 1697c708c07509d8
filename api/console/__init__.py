"""The page that a browser gets where clients ask GraphQL."""
