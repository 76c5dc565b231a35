#!/usr/bin/env bash
# End as the command did. Changes in a plan are no failure, and drift is a matter of the issue.
set -euo pipefail

# The lockfile has a place, or it has none: the one is a loss of previews, the other of names.
if [[ $KEPT == failure && $COMMITTED == success ]]; then
  echo '::warning title=voiceops::the artifact was refused, and with it the previews; the lockfile is committed'
elif [[ $KEPT == failure ]]; then
  echo '::error title=voiceops::the lockfile is neither committed nor kept; the log of this run has the voices'
  exit "${EXIT_CODE/#0/1}"
fi
case $COMMAND:$EXIT_CODE in
  *:0 | plan:2) exit 0 ;;
  drift:2) if [[ $FAIL_ON_DRIFT == false ]]; then exit 0; fi ;;
esac
exit "${EXIT_CODE:-1}"
