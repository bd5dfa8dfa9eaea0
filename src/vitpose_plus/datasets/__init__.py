"""Official layouts to the annotation table, and the sample generator."""
