import hashlib

from vitpose_plus.checksum import sha256_of, sha256_of_files


def test_files_are_summed_by_their_path_in_the_folder(tmp_path):
    (tmp_path / "model" / "part").mkdir(parents=True)
    contents = {"b.bin": b"two" * 10**6, "part/a.json": b"{}"}
    for name, content in contents.items():
        (tmp_path / "model" / name).write_bytes(content)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    assert sha256_of_files(tmp_path / "model") == sums
    assert sha256_of_files(tmp_path / "model" / "b.bin") == {"b.bin": sums["b.bin"]}
    assert sha256_of(tmp_path / "model" / "b.bin") == sums["b.bin"]
