"""A process of phase 2: `python -m vitpose_plus.distillation.student_worker job result`."""

from vitpose_plus.distillation.fit_student import fit_student
from vitpose_plus.distillation.job import StudentJob
from vitpose_plus.engine.launch import work

if __name__ == "__main__":
    work(StudentJob, fit_student)
