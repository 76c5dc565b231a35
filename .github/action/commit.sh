#!/usr/bin/env bash
# Commit the lockfile of one environment to the branch of this run, and nothing else.
#
# The commit is made on top of the branch as the server has it at that moment, without touching the
# checkout: a shallow clone, a changed file or a detached HEAD do no harm, and no rebase can stop
# half-way. What somebody else pushed in between is joined by name. Where that cannot be done,
# nothing is pushed and the step fails: the lockfile is kept as an artifact.
set -euo pipefail
shopt -s inherit_errexit

readonly attempts=5
readonly emergency=$LOCKFILE.emergency.jsonl

# shellcheck disable=SC2329 # the trap calls it
say_failure() {
  # shellcheck disable=SC2181 # the code of whatever ended the script
  if (($? != 0)); then
    echo "::error title=voiceops::the lockfile is NOT committed; the artifact of this run has it"
  fi
}
trap say_failure EXIT

# The token is handed to git when the server asks for it; it is never written, nor an argument.
# shellcheck disable=SC2016 # git expands it
readonly helper='!f() { test "$1" = get && echo username=x-access-token && echo "password=$PUSH_TOKEN"; }; f'
remote_git() {
  GIT_TERMINAL_PROMPT=0 git -c credential.helper= -c "credential.helper=$helper" "$@"
}

# Write a version of a file; nothing if that commit does not have it.
write_version() {
  git cat-file blob "$1:$2" 2>/dev/null || true
}

# A link would push whatever it points at on this machine.
is_regular() {
  [[ -f $1 && ! -L $1 ]]
}

# Put a file of the checkout, or its absence, into the tree that is being made.
stage() {
  local blob
  if is_regular "$1"; then
    blob=$(git hash-object -w --path="$2" -- "$1")
    git update-index --add --cacheinfo "100644,$blob,$2"
  else
    git update-index --force-remove -- "$2"
  fi
}

# Join our lockfile, if it could be written, with that of commit $1.
merge_lockfile() {
  write_version HEAD "$path" >"$folder/base"
  write_version "$1" "$path" >"$folder/theirs"
  if ! is_regular "$LOCKFILE"; then
    return 0
  fi
  cp -- "$LOCKFILE" "$folder/merged"
  if ! cmp -s "$folder/base" "$folder/theirs"; then
    "$BIN/voiceops" lockfile-merge "$folder/base" "$folder/merged" "$folder/theirs"
  fi
}

# Make the commit on top of $1 and print it; print nothing if it would be empty.
make_commit() {
  local tree
  git read-tree "$1"
  if [[ -f $folder/merged ]]; then
    stage "$folder/merged" "$path"
  fi
  if is_regular "$emergency" || git cat-file -e "HEAD:$path.emergency.jsonl" 2>/dev/null; then
    # Nobody can join two of these.
    cmp <(write_version HEAD "$path.emergency.jsonl") <(write_version "$1" "$path.emergency.jsonl") >&2
    stage "$emergency" "$path.emergency.jsonl"
  fi
  tree=$(git write-tree)
  if [[ $tree != "$(git rev-parse "$1^{tree}")" ]]; then
    git commit-tree "$tree" -p "$1" -m "Record voices of $shown" -m "By run $GITHUB_RUN_ID."
  fi
}

if [[ -z $LOCKFILE ]] || ! { is_regular "$LOCKFILE" || is_regular "$emergency"; }; then
  echo "There is no lockfile to commit."
  exit 0
fi
folder=$(mktemp -d "$RUNNER_TEMP/voiceops.XXXXXX")
cd -- "${LOCKFILE%/*}"
path=$(git rev-parse --show-prefix)${LOCKFILE##*/}
cd -- "$(git rev-parse --show-toplevel)"
if cmp -s <(write_version HEAD "$path") <(cat -- "$LOCKFILE" 2>/dev/null) &&
  [[ ! -L $emergency ]] &&
  cmp -s <(write_version HEAD "$path.emergency.jsonl") <(cat -- "$emergency" 2>/dev/null); then
  echo "The lockfile is as it was."
  exit 0
fi

shown=$(printf %q "$ENVIRONMENT")
export GIT_INDEX_FILE=$folder/index
export GIT_AUTHOR_NAME=${AUTHOR%% <*} GIT_AUTHOR_EMAIL=${AUTHOR##*<}
GIT_AUTHOR_EMAIL=${GIT_AUTHOR_EMAIL%>}
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL

for ((attempt = 1; attempt <= attempts; attempt++)); do
  remote_git fetch --quiet --no-tags origin "$GITHUB_REF"
  tip=$(git rev-parse FETCH_HEAD)
  merge_lockfile "$tip"
  commit=$(make_commit "$tip")
  if [[ -z $commit ]]; then
    echo "The branch has these voices already."
    exit 0
  fi
  if remote_git push --quiet origin "$commit:$GITHUB_REF"; then
    echo "commit=$commit" >>"$GITHUB_OUTPUT"
    printf 'Committed %q as %s.\n' "$path" "$commit"
    exit 0
  fi
done
echo "The push was refused $attempts times." >&2
exit 1
