"""The tour: the whole loop on invented filings, while somebody watches."""
