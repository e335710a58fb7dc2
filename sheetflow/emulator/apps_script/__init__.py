"""Apps Script projects, run on this machine: the files that Google would run, over the emulator's state."""
