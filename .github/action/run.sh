#!/usr/bin/env bash
# Become voiceops, so that signals reach it. Each input stays one argument, whatever is in it.
set -euo pipefail

arguments=("$COMMAND" -C "$DIRECTORY" -o "$DOCUMENT")
[[ -z $ENVIRONMENT ]] || arguments+=("--env=$ENVIRONMENT")
if [[ $COMMAND == apply && -n $PLAN_FILE ]]; then
  arguments+=(-- "$(realpath -- "$PLAN_FILE")")
elif [[ $COMMAND == apply ]]; then
  arguments+=(--yes)
fi
PATH="$BIN:$PATH"
exec voiceops "${arguments[@]}"
