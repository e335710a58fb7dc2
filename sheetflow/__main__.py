"""`python -m sheetflow` is `sheetflow`."""

from sheetflow.cli import main

main()
