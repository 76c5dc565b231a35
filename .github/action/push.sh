#!/usr/bin/env bash
# Commit the lockfile to the branch of this run; BEFORE a command, prove what can be proved.
set -euo pipefail

case ${BEFORE:-} in
  apply) check=push ;;
  drift) check=tip ;;
  *) check='' ;;
esac
words=(-C "$DIRECTORY" "--env=$ENVIRONMENT" "--branch=$GITHUB_REF" "--author=$AUTHOR")
words+=("--note=By run $GITHUB_RUN_ID." ${check:+"--check=$check"})
said=$(mktemp "$RUNNER_TEMP/voiceops.XXXXXX")
made=$(mktemp "$RUNNER_TEMP/voiceops.XXXXXX")
# It may wait for minutes, and says for what: that is shown at once. Each of its lines begins with a word.
if "$BIN/voiceops" lockfile-push "${words[@]}" 2>&1 >"$made" | tee -- "$said"; then
  commit=$(<"$made")
  echo "commit=$commit" >>"$GITHUB_OUTPUT"
  [[ -z $commit ]] || echo "Committed the lockfile as $commit."
else
  code=$?
  said=$(<"$said")
  said=${said//%/%25}
  outcome='nothing was done'
  [[ -n $check ]] || outcome='the lockfile is NOT committed; the artifact of this run has it'
  printf '::error title=voiceops::%s: %s\n' "$outcome" "${said//$'\n'/%0A}"
  exit "$code"
fi
