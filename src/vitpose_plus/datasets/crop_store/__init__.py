"""Crops with room for every augmentation, at no more pixels than training can use.

Built once from a split's pictures; read by training, distillation and MAE pretraining, which then
decode a person instead of the picture around it.
"""
