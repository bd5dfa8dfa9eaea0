"""Ingestion: official files to checked tables with a manifest, all or nothing."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.images import PictureFact, verify_images
from vitpose_plus.datasets.manifest import (
    MANIFEST_NAME,
    Manifest,
    SplitManifest,
    Tally,
    fingerprint,
    read_manifest,
    sha256,
    split_checksums,
    tally,
    write_manifest,
)
from vitpose_plus.datasets.pictures import pictures_name, write_pictures
from vitpose_plus.datasets.readers import READERS
from vitpose_plus.datasets.source import DatasetSource, SplitSource
from vitpose_plus.datasets.table import (
    AnnotationTable,
    Reading,
    build_table,
    with_sizes,
    write_table,
)
from vitpose_plus.errors import (
    AnnotationError,
    ConfigurationError,
    ValidationError,
    VitposeError,
)
from vitpose_plus.replacement import replacing
from vitpose_plus.skeletons import Skeleton, load_skeleton
from vitpose_plus.validation import (
    Breach,
    Subject,
    Verdict,
    check_reasons,
    count_read,
    report,
    require_great_expectations,
    validate,
)
from vitpose_plus.validation.docs import write_data_docs
from vitpose_plus.validation.records import write_records

DOCS_NAME = "data_docs"
"""The folder, in a data set's tables, of Great Expectations' pages."""


@dataclass(frozen=True)
class _Split:
    """A split on its way to its table."""

    name: str
    source: SplitSource
    reading: Reading
    table: AnnotationTable
    pictures: dict[str, PictureFact]
    verdict: Verdict

    @property
    def good(self) -> np.ndarray:
        """[N] flags: rows that break no expectation."""
        good = np.ones(len(self.table), dtype=bool)
        good[self.verdict.findings.rows] = False
        return good


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
        _check_findings(name, source, splits, folder)
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


def refusal_folder(folder: Path) -> Path:
    """Where the findings go that stopped an ingestion into `folder`."""
    return folder.with_name(f"{folder.name}.refused")


def is_current(name: str, source: DatasetSource, folder: Path) -> bool:
    """Whether `folder` holds what `ingest` would write: same configuration, same files.

    Changed pictures go unnoticed; see `manifest.fingerprint`.
    """
    if not (folder / MANIFEST_NAME).is_file():
        return False
    try:
        manifest = read_manifest(folder)
        expected = fingerprint(source, load_skeleton(source.skeleton))
    except (VitposeError, OSError):
        return False
    whole = all(_is_whole(folder, split) for split in manifest.splits.values())
    return whole and manifest.dataset == name and manifest.fingerprint == expected


def _is_whole(folder: Path, split: SplitManifest) -> bool:
    """Whether a split's two tables are those that were written."""
    files = ((split.table, split.table_sha256), (split.picture_table, split.pictures_sha256))
    return all((folder / name).is_file() and sha256(folder / name) == sum_ for name, sum_ in files)


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
) -> _Split:
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
    return _Split(split, files, reading, table, found, validate(table, found, subject))


def _check_findings(
    dataset: str, source: DatasetSource, splits: Sequence[_Split], folder: Path
) -> None:
    """Stop at what `on_invalid` does not allow to drop, or where dropping leaves nothing."""
    errors = [breach for split in splits for breach in split.verdict.findings.errors]
    of_tables = [breach for split in splits for breach in split.verdict.findings.of_table]
    pages = f"All findings: {refusal_folder(folder) / DOCS_NAME / 'index.html'}"
    if errors and source.on_invalid == "error":
        records = sum(len(split.verdict.findings.rows) for split in splits)
        broken = f"{records} records break an expectation" if records else "counts are wrong"
        soft = sorted({breach.reason for breach in errors if not breach.firm})
        keep = f", or name {', '.join(soft)} in its warn to keep them" if soft else ""
        mend = (
            f"Mend the records, or set data.datasets.{dataset}.on_invalid: drop to drop them{keep} "
            f"(the manifest counts them). {pages}"
        )
        raise ValidationError(report(errors, heading=f"{dataset}: {broken}", mend=mend))
    if of_tables:
        mend = f"Fetch the files again, or set data.datasets.{dataset}.warn to the reason. {pages}"
        raise ValidationError(report(of_tables, heading=f"{dataset}: counts are wrong", mend=mend))
    for split in splits:
        if not (split.table.trainable & split.good).any():
            dropped = len(split.verdict.findings.rows)
            heading = f"{dataset}, split {split.name}: dropping {dropped} records leaves nothing"
            files = f"{split.source.annotations} or its pictures in {split.source.images}"
            mend = f"Mend {files}. {pages}"
            raise ValidationError(report(split.verdict.findings.errors, heading=heading, mend=mend))


def _write_verdicts(splits: Sequence[_Split], folder: Path) -> None:
    verdicts = [split.verdict for split in splits]
    write_records(verdicts, folder)
    write_data_docs(verdicts, folder / DOCS_NAME)


def _write(split: _Split, source: DatasetSource, folder: Path) -> SplitManifest:
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
        table_sha256=sha256(path),
        pictures_sha256=sha256(pictures),
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
