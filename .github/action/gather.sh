#!/usr/bin/env bash
# Copy what an apply leaves, and the runner would throw away, into one folder: the report, previews
# (the service sends them only once), lockfile, emergency file and journal.
set -euo pipefail

mkdir -p "$KEPT"
for file in "$DOCUMENT" ${LOCKFILE:+"$LOCKFILE" "$LOCKFILE.emergency.jsonl" "$STATE/journal.jsonl"}; do
  [[ ! -f $file ]] || cp -- "$file" "$KEPT/"
done
if [[ -n $STATE && -d $STATE/previews ]]; then
  cp -R -- "$STATE/previews" "$KEPT/"
fi
