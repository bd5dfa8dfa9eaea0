"""Folders of a running command kept in S3, so that an empty machine can go on with them."""
