"""Knowledge tokens: what a teacher knows, handed to a student (ViTPose, section 3.4)."""
