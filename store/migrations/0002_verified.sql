-- How far the chain was walked in this very file: no row before the first walk, then one. It lies in the file it speaks of,
-- so that an old copy that is put back brings its own.
CREATE TABLE ledger.verified (seq BIGINT NOT NULL, hash VARCHAR NOT NULL);
