-- The log's frame. Each relation adds a table log.R (the truth) and a table belief.R (derived from it).
CREATE SCHEMA store.factdb;
CREATE SCHEMA store.log;
CREATE SCHEMA store.belief;

CREATE TABLE store.factdb.migrations (
    number   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    checksum TEXT NOT NULL
);

CREATE TABLE store.factdb.transactions (
    transaction     BIGINT NOT NULL,
    system_at       BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    source          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    idempotency_key TEXT,
    digest          TEXT NOT NULL,
    facts           BIGINT NOT NULL
);

-- Every version of every module of the rule program, in the order they came.
CREATE TABLE store.factdb.modules (
    transaction BIGINT NOT NULL,
    module      TEXT NOT NULL,
    text        TEXT NOT NULL
);

-- How far belief.R follows log.R, and how many rectangles and keys it then had.
CREATE TABLE store.factdb.folds (
    relation   TEXT NOT NULL,
    through    BIGINT NOT NULL,
    rectangles BIGINT NOT NULL,
    keys       BIGINT NOT NULL
);
