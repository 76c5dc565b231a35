# Sourced by every step's shell: act reads a step's output through a terminal, and closes it when a step
# fails, without reading the rest. After more than a terminal holds was written, all before it was read.
trap 'code=$?; ((code == 0)) || [[ ! -t 1 ]] || printf "%*s\n" 200000 ""; exit "$code"' EXIT
