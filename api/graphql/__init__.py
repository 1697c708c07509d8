"""GraphQL: the schema generated from the catalog, and how it is asked over HTTP."""
