"""From official files to a data set's tables, all or nothing."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vitpose_plus.checksum import sha256_of
from vitpose_plus.datasets.images import PictureFact, verify_images
from vitpose_plus.datasets.manifest import (
    Manifest,
    SplitManifest,
    Tally,
    fingerprint,
    split_checksums,
    tally,
    write_manifest,
)
from vitpose_plus.datasets.pictures import pictures_name, write_pictures
from vitpose_plus.datasets.readers import READERS
from vitpose_plus.datasets.source import DatasetSource, SplitSource
from vitpose_plus.datasets.table import (
    Reading,
    build_table,
    with_sizes,
    write_table,
)
from vitpose_plus.errors import (
    AnnotationError,
    ConfigurationError,
    ValidationError,
)
from vitpose_plus.ingestion.judged import JudgedSplit
from vitpose_plus.ingestion.refusal import DOCS_NAME, check_findings, refusal_folder
from vitpose_plus.replacement import replacing
from vitpose_plus.skeletons import Skeleton, load_skeleton
from vitpose_plus.validation import (
    Breach,
    Subject,
    Verdict,
    check_reasons,
    count_read,
    require_great_expectations,
    validate,
)
from vitpose_plus.validation.docs import write_data_docs
from vitpose_plus.validation.records import write_records


def ingest(name: str, source: DatasetSource, folder: Path, *, progress: bool = True) -> Manifest:
    """Read, check and write a data set's tables.

    `folder` gets, for each split, `{split}.parquet` and `{split}.pictures.parquet`, and for all
    `manifest.json`, `validation.json`, `failures.csv` and Great Expectations' pages in `data_docs`.
    They are built beside `folder` and renamed over it: a failure leaves what was there.

    Args:
        name: the data set's name in the configuration.
        source: where it lies.
        folder: where its tables go.
        progress: show a progress bar over the pictures.

    Raises:
        AnnotationError: a file is missing, breaks its layout, or has nothing to train on.
        ValidationError: records break an expectation and `on_invalid` is `error`; the findings
            are then in `refusal_folder(folder)`.
        ConfigurationError: no such skeleton, or settings at odds with the layout.
    """
    require_great_expectations()
    skeleton = load_skeleton(source.skeleton)
    _check_metrics(name, source, skeleton)
    check_reasons(f"data.datasets.{name}.warn", source.warn)
    _check_paths(name, source)
    origin = fingerprint(source, skeleton)
    # All files are read before any picture is decoded: a cheap error must not come late.
    readings = {
        split: READERS[source.layout](files, skeleton) for split, files in source.splits.items()
    }
    for split, reading in readings.items():
        _check_trainable(f"{name}, split {split}", source.splits[split], reading)
    pictures = _verify(source, readings, progress)
    splits = [_judge(name, split, source, skeleton, readings, pictures) for split in readings]
    try:
        check_findings(name, source, splits, folder)
    except ValidationError:
        with replacing(refusal_folder(folder)) as part:
            _write_verdicts(splits, part)
        raise
    with replacing(folder) as part:
        _write_verdicts(splits, part)
        manifest = Manifest(
            dataset=name,
            layout=source.layout,
            skeleton=skeleton,
            metrics=source.metrics,
            augmentation=source.augmentation,
            splits={split.name: _write(split, source, part) for split in splits},
            fingerprint=origin,
        )
        write_manifest(manifest, part)
    shutil.rmtree(refusal_folder(folder), ignore_errors=True)
    return manifest


def _check_metrics(name: str, source: DatasetSource, skeleton: Skeleton) -> None:
    if "pck" in source.metrics and skeleton.torso is None:
        raise ConfigurationError(
            f"data.datasets.{name}.metrics: pck measures in torsos, and skeleton {skeleton.name} "
            "names none: give it one, or score by oks"
        )


def _check_paths(dataset: str, source: DatasetSource) -> None:
    for name, split in source.splits.items():
        where, mend = f"{dataset}, split {name}", "Fetch it, or mend its path in the configuration."
        for path in split.files():
            if not path.is_file():
                raise AnnotationError(f"{where}: annotation file {path} does not exist. {mend}")
        if not split.images.is_dir():
            raise AnnotationError(f"{where}: image folder {split.images} does not exist. {mend}")


def _check_trainable(where: str, files: SplitSource, reading: Reading) -> None:
    if not len(reading.instances):
        raise AnnotationError(
            f"{where}: {files.annotations} holds no instances for it. "
            "Name a file (or a part of it) with labelled instances, or remove the split."
        )
    if not build_table("", "", reading.instances).trainable.any():
        raise AnnotationError(
            f"{where}: none of the {len(reading.instances)} instances in {files.annotations} has a "
            "labelled keypoint. Is it a file of boxes? Name the keypoint annotations."
        )


def _verify(
    source: DatasetSource, readings: dict[str, Reading], progress: bool
) -> dict[str, dict[str, PictureFact]]:
    """Every split's pictures; splits that share a folder share its decoding."""
    names: dict[Path, dict[str, None]] = {}
    for split, reading in readings.items():
        found = names.setdefault(source.splits[split].images, {})
        found |= dict.fromkeys(reading.instances.rows().column("file_name").to_pylist())
    facts = {folder: verify_images(folder, n, progress=progress) for folder, n in names.items()}
    return {split: facts[source.splits[split].images] for split in readings}


def _judge(
    dataset: str,
    split: str,
    source: DatasetSource,
    skeleton: Skeleton,
    readings: dict[str, Reading],
    pictures: dict[str, dict[str, PictureFact]],
) -> JudgedSplit:
    files, reading, found = source.splits[split], readings[split], pictures[split]
    # Layouts without sizes take the picture's; a bad picture's is 0 and will be rejected.
    sizes = {name: (fact.width or 0, fact.height or 0) for name, fact in found.items()}
    table = with_sizes(build_table(dataset, split, reading.instances), sizes)
    subject = Subject(
        dataset=dataset,
        split=split,
        layout=source.layout,
        skeleton=skeleton,
        metrics=source.metrics,
        counts=count_read(table, skipped=len(reading.skipped)),
        published=files.published,
        warn=frozenset(source.warn),
    )
    return JudgedSplit(split, files, reading, table, found, validate(table, found, subject))


def _write_verdicts(splits: Sequence[JudgedSplit], folder: Path) -> None:
    verdicts = [split.verdict for split in splits]
    write_records(verdicts, folder)
    write_data_docs(verdicts, folder / DOCS_NAME)


def _write(split: JudgedSplit, source: DatasetSource, folder: Path) -> SplitManifest:
    table = split.table.take(np.flatnonzero(split.good))
    path = folder / f"{split.name}.parquet"
    write_table(table, path)
    names = table.column("file_name")
    pictures = folder / pictures_name(split.name)
    write_pictures(split.pictures, names, pictures)
    reading = split.reading
    return SplitManifest(
        table=path.name,
        picture_table=pictures.name,
        images=str(split.source.images),
        read=len(reading.instances) + len(reading.skipped),
        kept=len(table),
        trainable=int(table.trainable.sum()),
        pictures=len(set(names)),
        skipped=len(reading.skipped),
        rejected=len(split.verdict.findings.rows),
        warned=_warned(split.verdict),
        skips=tally(reading.skipped),
        rejections=_tallies(split.verdict.findings.errors),
        warnings=_tallies(split.verdict.findings.warnings),
        notes=tuple(reading.notes),
        table_sha256=sha256_of(path),
        pictures_sha256=sha256_of(pictures),
        files_sha256=split_checksums(source, split.name),
    )


def _warned(verdict: Verdict) -> int:
    """Rows that stay although something is odd about them."""
    rows = [breach.rows for breach in verdict.findings.warnings]
    return len(np.setdiff1d(np.concatenate([[], *rows]), verdict.findings.rows))


def _tallies(breaches: Sequence[Breach]) -> tuple[Tally, ...]:
    """Counts by reason, the most frequent first."""
    ordered = sorted(breaches, key=lambda breach: -breach.count)
    return tuple(
        Tally(reason=b.reason, count=b.count, examples=tuple(e.source for e in b.examples))
        for b in ordered
    )
