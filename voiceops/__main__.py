"""Run the command line with `python -m voiceops`."""

from voiceops.cli.main import main

main()
