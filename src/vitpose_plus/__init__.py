"""ViTPose and ViTPose+: models, training and evaluation."""
