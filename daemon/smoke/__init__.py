"""`doctor --smoke`: a few texts labelled and a few steps trained for real, in a folder of its own."""
