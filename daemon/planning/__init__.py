"""`finsdistill plan`: what a changed recipe costs, before anybody decides. Read from what is published, nothing is written."""
