"""Where data comes from: local folders, archives and S3, brought to a folder, checked."""
