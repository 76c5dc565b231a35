#!/usr/bin/env bash
# Install voiceops from this very checkout into an environment of its own, once a job.
set -euo pipefail

# What builds and installs packages needs no key. Who gives one to the step that uses the action does
# not hide it by this: other processes of the same user can read what this shell began with.
unset "${!DASHSCOPE_@}" "${!VOICEOPS_@}"

export PIP_CACHE_DIR=${PIP_CACHE_DIR:-$RUNNER_TEMP/voiceops-pip}
digest=$(printf %s "$GITHUB_ACTION_PATH" | sha256sum)
folder=$RUNNER_TEMP/voiceops-${digest:0:16}
if [[ ! -e $folder/complete ]]; then
  "$PYTHON" -m venv --clear "$folder"
  pip=("$folder/bin/pip" install --quiet --disable-pip-version-check)
  "${pip[@]}" --require-hashes --requirement "$GITHUB_ACTION_PATH/.github/action/requirements.txt"
  "${pip[@]}" --no-deps --no-build-isolation "$GITHUB_ACTION_PATH"
  touch "$folder/complete"
fi
"$folder/bin/voiceops" --version
echo "bin=$folder/bin" >>"$GITHUB_OUTPUT"
