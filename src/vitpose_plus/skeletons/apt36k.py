"""APT-36K: AP-10K's 17 points on frames of video clips."""

from dataclasses import replace

from vitpose_plus.skeletons.ap10k import AP10K

APT36K = replace(AP10K, name="apt36k")
