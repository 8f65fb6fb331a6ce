"""Where every text of the log stands, in columns: what the views `texts`, `pending` and `triplet_keys` say, kept up to date
at the cost of what is new. The views are what is meant; a law holds the two together."""
