import subprocess

from pipelines.code_version import CodeVersion, code_version


def test_the_commit_is_told_with_whether_files_differ_from_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert code_version() == CodeVersion("unknown", "unknown")

    def git(*arguments):
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    (tmp_path / "code.py").write_text("1\n")
    git("add", ".")
    git("commit", "-qm", "first")
    assert code_version() == CodeVersion(git("rev-parse", "HEAD"), "no")
    (tmp_path / "code.py").write_text("2\n")
    assert code_version().dirty == "yes"
