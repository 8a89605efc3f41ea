# shellcheck shell=bash
# Runs the stages of scripts/test and .ci/run one after the other, each a function of checks.sh in a process of its
# own with a time limit; counts their test cases, and at the end of the script prints what came of it. A stage that
# fails does not end the script, so that one run tells everything. Sourced after common.sh.

artifacts=${root:?}/build/artifacts
results=$artifacts/results.tsv # seconds, outcome, passed, failed, skipped, name of each stage
stage_pid=''
tail_pid=''
# Whether the last stage passed, for those who source this.
# shellcheck disable=SC2034
stage_ok=true

# Call before the first stage.
begin_stages() {
  mkdir -p "$artifacts/log"
  : >"$results"
  trap end_stages EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# step NAME SECONDS CHECK [ARGUMENT…]: passes when the check does.
step() { stage 0 "$@"; }
# tests NAME SECONDS CHECK [ARGUMENT…]: must also have run at least one test case.
tests() { stage 1 "$@"; }

stage() {
  local must_count=$1 name=$2 limit=$3 log counts=$artifacts/.counts left
  local begin=$EPOCHSECONDS status=0 passed=0 failed=0 skipped=0 outcome=ok
  shift 3
  log=$artifacts/log/${name//[^a-z0-9]/-}.log
  printf '\n=== %s\n' "$name"
  # .ci/run has a deadline for everything together.
  left=$((${AKBUZAT_DEADLINE:-$((EPOCHSECONDS + limit))} - EPOCHSECONDS))
  ((limit < left)) || limit=$((left > 0 ? left : 1))

  # timeout puts the check and all its children into one process group, whose id is its own pid. The output goes by
  # way of a file and not a pipe, which a process left behind could hold open for ever.
  rm -f "$counts"
  : >"$log"
  AKBUZAT_COUNTS=$counts timeout --kill-after=20 "$limit" bash "$root/scripts/lib/checks.sh" "$@" \
    </dev/null >"$log" 2>&1 &
  stage_pid=$!
  tail --lines=+1 --sleep-interval=0.2 --follow --pid="$stage_pid" -- "$log" &
  tail_pid=$!
  wait "$stage_pid" || status=$?
  wait "$tail_pid" || true
  tail_pid=''
  stop_stage

  # A runner that died may have left half a report, or none.
  if [[ -f $counts && $(<"$counts") =~ ^[0-9]+\ [0-9]+\ [0-9]+$ ]]; then read -r passed failed skipped <"$counts"; fi
  if ((status != 0 && EPOCHSECONDS - begin >= limit)); then
    outcome="stopped after $limit s"
  elif ((status != 0)); then
    outcome="failed with exit code $status"
  elif ((failed > 0)); then
    outcome=failed
  elif ((must_count && passed == 0)); then
    outcome="ran no test"
  fi
  # shellcheck disable=SC2034
  stage_ok=true
  if [[ $outcome != ok ]]; then
    # shellcheck disable=SC2034
    stage_ok=false
    ((failed > 0)) || failed=1
    printf '=== %s: %s\n' "$name" "$outcome"
  fi
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$((EPOCHSECONDS - begin))" "$outcome" "$passed" "$failed" "$skipped" "$name" \
    >>"$results"
}

# Ends whatever the stage left running; the stage itself when the script is interrupted.
stop_stage() {
  if [[ -n $stage_pid ]]; then kill -TERM -- "-$stage_pid" 2>/dev/null || true; fi
  if [[ -n $tail_pid ]]; then kill "$tail_pid" 2>/dev/null || true; fi
  stage_pid=''
  tail_pid=''
}

# On exit: the table of stages and the summary line, which comes whatever happened.
end_stages() {
  local status=$? seconds outcome passed failed skipped name all_passed=0 all_failed=0 all_seconds=0
  trap - EXIT INT TERM HUP
  stop_stage
  # Stages never end the script, so this was something outside them.
  if ((status != 0)); then printf '0\tfailed with exit code %s\t0\t1\t0\tthe script itself\n' "$status" >>"$results"; fi
  printf '\n%7s %7s %7s %8s\n' passed failed skipped seconds
  while IFS=$'\t' read -r seconds outcome passed failed skipped name; do
    printf '%7s %7s %7s %8s  %s' "$passed" "$failed" "$skipped" "$seconds" "$name"
    if [[ $outcome == ok ]]; then printf '\n'; else printf ': %s\n' "$outcome"; fi
    ((all_passed += passed, all_failed += failed, all_seconds += seconds)) || true
  done <"$results"
  printf '%7s %7s %7s %8s  in all; logs and screenshots are in build/artifacts\n\n' '' '' '' "$all_seconds"
  if ((all_failed > 0 && status == 0)); then status=1; fi
  printf '%s passed, %s failed\n' "$all_passed" "$all_failed"
  exit "$status"
}
