#!/usr/bin/env bash
# Proves that code compiled for a wide instruction set cannot run on a CPU without it.
#
# The linker keeps one copy of a weak symbol, whichever object it comes from: so a weak function
# in a wide target's object must either carry that target's name, or hold no wide instruction.
#
#     scripts/check-isa.sh [BUILD_FOLDER]     (default .build/release)
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-.build/release}
[[ $(uname -m) == x86_64 ]] || { echo "no wide targets on this architecture"; exit 0; }

status=0
for target in KernelsAVX2 KernelsAVX512; do
  objects=$(find -L "$build" -path "*$target.build*" -name '*.o')
  [[ -n $objects ]] || { echo "$build: no objects of $target; build first"; exit 1; }
  for object in $objects; do
    # Shared by name: weak, and not specialized for a type of this target.
    weak=$(nm "$object" | awk '$2 ~ /^[WVu]$/ { print $3 }')
    shared=$(paste <(echo "$weak") <(swift demangle <<<"$weak") \
      | awk -F'\t' -v own="$target" \
        'index($2, own ".") == 0 && index($2, "(extension in " own ")") == 0 { print $1 }')
    wide=$(objdump -d --no-show-raw-insn "$object" | awk -v names="$shared" '
      BEGIN { n = split(names, list, "\n"); for (i = 1; i <= n; i++) shared[list[i]] = 1 }
      /^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name) }
      (name in shared) && $2 ~ /^v[a-z]/ && !(name in seen) { seen[name] = 1; print name ": " $2 }')
    if [[ -n $wide ]]; then
      echo "$object: wide instructions in shared symbols:"
      echo "$wide" | swift demangle
      status=1
    fi
  done
  [[ $status == 0 ]] && echo "$target: no wide instruction in a shared symbol"
done
exit $status
