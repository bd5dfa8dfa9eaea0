"""ViTPose and ViTPose+ on timm's parts."""
