"""Errors a user can mend. Each message says what is wrong, where, and what to do."""


class VitposeError(Exception):
    """Base of every error that a user of this library can mend."""


class ConfigurationError(VitposeError):
    """A setting is unknown, missing, of the wrong type or at odds with another."""


class AnnotationError(VitposeError):
    """An annotation file cannot be read as its layout. Names the file and the record."""


class ValidationError(VitposeError):
    """Rows of an annotation table break an expectation. Names the records."""


class CheckpointError(VitposeError):
    """Weights cannot be read, or do not fit their configuration."""


class PictureError(VitposeError):
    """A picture is missing or cannot be decoded."""


class PredictionError(VitposeError):
    """Predictions or detections cannot be read or scored. Names the file and the record."""


class StorageError(VitposeError):
    """An archive, folder or object cannot be brought. Names its address and the mend."""


class CropStoreError(VitposeError):
    """A crop store is missing, damaged, or was built for other rows or another recipe."""


class DivergenceError(VitposeError):
    """A loss or a gradient is no number. Names the step, the records and the mend."""
