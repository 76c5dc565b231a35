#!/usr/bin/env bash
# Refuse inputs that mean nothing, before anything is installed or done, and name the files of this run.
set -euo pipefail

# Print an annotation; the value in it is somebody else's, so it is shown as the shell would quote it.
refuse() {
  printf '::error title=voiceops::%s\n' "$1"
  exit 64
}

# macOS has bash 3.2, Windows another layout of environments: refuse before anything is paid for.
[[ $RUNNER_OS == Linux ]] || refuse "this action runs on Linux; the runner is $(printf %q "$RUNNER_OS")"
case $COMMAND in
  validate | fmt | plan | apply | drift) ;;
  *) refuse "the input command is $(printf %q "$COMMAND"); it can be validate, fmt, plan, apply or drift" ;;
esac
for name in COMMENT COMMIT ARTIFACT ISSUE FAIL_ON_DRIFT; do
  case ${!name} in
    true | false) ;;
    *) refuse "the input ${name,,} is $(printf %q "${!name}"); it can be true or false" ;;
  esac
done
[[ -d $DIRECTORY ]] || refuse "the input directory is $(printf %q "$DIRECTORY"), which is no folder"
if [[ -n $PLAN_FILE ]]; then
  [[ $COMMAND == apply ]] || refuse "the input plan-file is for apply alone"
  [[ -f $PLAN_FILE ]] || refuse "the input plan-file is $(printf %q "$PLAN_FILE"), which is no file"
fi
if [[ $COMMAND == apply ]]; then
  allowed=${BRANCH:-$DEFAULT_BRANCH}
  [[ -n $allowed ]] || refuse "apply does not know the default branch; name one with the input branch"
  # A branch that anybody may push to must not change what the default branch declares.
  [[ $GITHUB_REF == "refs/heads/$allowed" ]] ||
    refuse "apply runs for the branch $(printf %q "$allowed") alone, and this run is for $(printf %q "$GITHUB_REF")"
fi

# What others wrote becomes part of an artifact's name: plain characters, and a digest of the rest.
plain=${ENVIRONMENT:-default}
plain=${plain//[^A-Za-z0-9_.-]/_}
digest=$(printf '%s\0' "$ENVIRONMENT" "$DIRECTORY" | sha256sum)
lock=$(sha256sum <"$GITHUB_ACTION_PATH/.github/action/requirements.txt")
folder=$(mktemp -d "$RUNNER_TEMP/voiceops.XXXXXX")
{
  echo "document=$folder/$COMMAND.json"
  echo "markdown=$folder/$COMMAND.md"
  echo "kept=$folder/kept"
  echo "cache=voiceops-pip-$RUNNER_OS-${RUNNER_ARCH:-any}-${lock:0:16}"
  # One for each attempt: what an earlier one left may be the only copy of its previews.
  echo "artifact=voiceops-$COMMAND-${plain:0:40}-${digest:0:8}-${GITHUB_RUN_ATTEMPT:-1}"
  # Not the context github.action_path: in a container that is a path of the host.
  echo "scripts=$GITHUB_ACTION_PATH/.github/action"
} >>"$GITHUB_OUTPUT"
