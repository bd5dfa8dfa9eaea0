import subprocess
import sys


def python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_package_imports_nothing_heavy():
    heavy = ("torch", "timm", "cv2", "pandas", "lightning", "great_expectations", "mlflow")
    loaded = python("import sys, vitpose_plus; print(*sys.modules)").split()
    assert not set(heavy) & set(loaded)


def test_every_module_works_without_kedro_mlflow_and_dvc():
    python(
        "import sys\n"
        "for name in ('kedro', 'kedro_mlflow', 'mlflow', 'dvc'): sys.modules[name] = None\n"
        "import importlib, pkgutil, vitpose_plus\n"
        "for module in pkgutil.walk_packages(vitpose_plus.__path__, 'vitpose_plus.'):\n"
        "    importlib.import_module(module.name)\n"
        "assert all(getattr(vitpose_plus, name) for name in vitpose_plus.__all__)\n"
    )
