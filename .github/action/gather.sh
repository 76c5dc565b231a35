#!/usr/bin/env bash
# Copy what an apply leaves, and the runner would throw away, into one folder: the report, previews
# (the service sends them only once), lockfile, emergency file and journal.
set -euo pipefail

mkdir -p "$KEPT"
for file in "$DOCUMENT" ${LOCKFILE:+"$LOCKFILE" "$LOCKFILE.emergency.jsonl" "$STATE/journal.jsonl"}; do
  [[ ! -f $file || -L $file ]] || cp -- "$file" "$KEPT/"
done
if [[ -n $STATE && -d $STATE/previews && ! -L $STATE/previews ]]; then
  cp -RP -- "$STATE/previews" "$KEPT/"
  # Whoever uploads follows links, to any file of this machine.
  find "$KEPT" -type l -delete
fi
