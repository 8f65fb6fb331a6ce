"""From an adapter and a frozen held-out set to scores, intervals and a decision. Imports trainer and store."""
