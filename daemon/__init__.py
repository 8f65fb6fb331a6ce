"""The service: what it watches, the steps it takes, the commands people type. Imports all the rest."""
