"""The systemd units: what they say (`units`), and how they come and go (`install`)."""
