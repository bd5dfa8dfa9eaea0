"""A process of phase 1: `python -m vitpose_plus.distillation.token_worker job result`."""

from vitpose_plus.distillation.fit_token import fit_token
from vitpose_plus.distillation.job import TokenJob
from vitpose_plus.engine.launch import work

if __name__ == "__main__":
    work(TokenJob, fit_token)
