#!/usr/bin/env bash
# The checks that scripts/test and .ci/run are made of, each a function. Any of them also runs by hand, once
# scripts/test has installed what it needs: scripts/lib/checks.sh server_tests asan
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

artifacts=$root/build/artifacts
mkdir -p "$artifacts"
# For tests that keep something worth looking at.
export AKBUZAT_ARTIFACTS=$artifacts

# Tells the stage how many test cases passed, failed and were skipped.
report() { printf '%s %s %s\n' "$@" >"${AKBUZAT_COUNTS:-/dev/stdout}"; }

# ---- Client ---------------------------------------------------------------------------------------------------------

web_lint() {
  use_node
  npm_install web
  cd web
  npm run lint
  npm run format:check
  npm run typecheck
}

web_tests() {
  local json=$artifacts/web-tests.json status=0
  use_node
  npm_install web
  rm -f "$json"
  (cd web && npm test -- --reporter=default --reporter=json --outputFile.json="$json") || status=$?
  # shellcheck disable=SC2046  # three numbers, three words
  report $(node -e '
    const run = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    console.log(run.numPassedTests, run.numFailedTests, run.numPendingTests + run.numTodoTests);
  ' "$json")
  return "$status"
}

# ---- Server ---------------------------------------------------------------------------------------------------------

# Starts a program that may be built with a sanitizer: its fixed shadow memory and the wide address randomization of
# newer kernels get into each other's way. Where that can't be switched off (in some containers) it starts as it is.
sanitizable=(env)
if setarch --addr-no-randomize true 2>/dev/null; then sanitizable=(setarch --addr-no-randomize); fi

# server_build PRESET [TARGET…]
server_build() {
  lock_build
  build_server "$@"
}

# server_tests PRESET: all that CTest knows of. Counts the cases inside each Catch2 program, which the program itself
# sums up in its output; a program without such a line (it crashed, or is no Catch2 program) counts as one.
server_tests() {
  local preset=$1 junit=$artifacts/server-tests-$1.xml status=0
  rm -f "$junit"
  "${sanitizable[@]}" ctest --preset "$preset" --no-tests=error --timeout 600 --output-junit "$junit" \
    --test-output-size-passed 1000000 --test-output-size-failed 1000000 || status=$?
  # shellcheck disable=SC2046
  report $(awk '
    function number(line, pattern) { return match(line, pattern) ? substr(line, RSTART) + 0 : 0 }
    function count() {
      if (state == "run") { passed += summed ? good : 1; failed += bad }
      else if (state == "fail") { passed += good; failed += bad ? bad : 1 }
      else if (state != "") skipped++
      summed = good = bad = 0
    }
    /<testcase / {
      count()
      match($0, /status="[a-z]*"/)
      state = substr($0, RSTART + 8, RLENGTH - 9)
    }
    /All tests passed \(/ { summed = 1; good = number($0, "[0-9]+ test case") }
    /test cases: +[0-9]+ \|/ { summed = 1; good = number($0, "[0-9]+ passed"); bad = number($0, "[0-9]+ failed") }
    END { count(); print passed + 0, failed + 0, skipped + 0 }
  ' "$junit")
  return "$status"
}

# ---- End to end -----------------------------------------------------------------------------------------------------

# Builds what the end-to-end tests start: the release server and the client.
e2e_build() { build_changed; }

e2e_install() {
  use_node
  # The browser is Debian's Chromium.
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm_install tests/e2e
}

e2e_types() {
  e2e_install
  (cd tests/e2e && npm run typecheck)
}

e2e_tests() {
  local json=$artifacts/e2e-tests.json status=0
  e2e_install
  rm -f "$json"
  (cd tests/e2e && PLAYWRIGHT_JSON_OUTPUT_FILE=$json npm test -- --reporter=list,json --output "$artifacts/e2e") ||
    status=$?
  # shellcheck disable=SC2046
  report $(node -e '
    const { stats } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    console.log(stats.expected + stats.flaky, stats.unexpected, stats.skipped);
  ' "$json")
  return "$status"
}

# ---- Only in .ci/run ------------------------------------------------------------------------------------------------

cpp_format() {
  find include src tests -name node_modules -prune -o \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
    xargs -0 clang-format --style=file --dry-run --Werror
}

# Of the server itself, without the file that only holds Asio and Beast.
cpp_lint() {
  find src -name '*.cpp' ! -path 'src/boost/*' -print0 |
    xargs -0 --max-procs="$(nproc)" --max-args=1 clang-tidy -p build/asan --quiet 2>&1 |
    { grep --invert-match ' warnings\? generated\.$' || true; }
}

shell_lint() {
  shellcheck scripts/run scripts/test scripts/lib/*.sh .ci/run
}

# Only the fuzzers: the rest of the code is not needed with their flags.
fuzz_build() {
  local targets
  lock_build
  build_server fuzz help >/dev/null
  mapfile -t targets < <(cmake --build --preset fuzz --target help | grep --only-matching '^fuzz_[a-z0-9_]*' | sort -u)
  build_server fuzz "${targets[@]}"
}

# fuzz SECONDS: every fuzzer for so long, as many at a time as there are cores. A fuzzer counts as one test case.
fuzz() {
  local seconds=$1 fuzzers passed=0 failed=0 fuzzer
  mapfile -t fuzzers < <(find build/fuzz/tests/fuzz -maxdepth 1 -type f -name 'fuzz_*' -perm -u+x | sort)
  ((${#fuzzers[@]} > 0)) || die "there is no fuzzer in build/fuzz/tests/fuzz"
  rm -f build/fuzz/*.passed
  printf '%s\0' "${fuzzers[@]}" |
    xargs -0 --max-procs="$(nproc)" --max-args=1 bash "$root/scripts/lib/checks.sh" fuzz_one "$seconds" || true
  for fuzzer in "${fuzzers[@]}"; do
    if [[ -e build/fuzz/${fuzzer##*/}.passed ]]; then ((passed += 1)); else ((failed += 1)); fi
  done
  report "$passed" "$failed" 0
  ((failed == 0))
}

# fuzz_one SECONDS PROGRAM: new inputs gather in build/fuzz/corpus; those in tests/fuzz/corpus are the seeds.
fuzz_one() {
  local seconds=$1 program=$2 name=${2##*/} corpora=() log status=0
  corpora=("build/fuzz/corpus/$name")
  if [[ -d tests/fuzz/corpus/${name#fuzz_} ]]; then corpora+=("tests/fuzz/corpus/${name#fuzz_}"); fi
  log=$artifacts/log/$name.log
  mkdir -p "${corpora[0]}" "$artifacts/fuzz" "$artifacts/log"
  # An input that makes it fail is kept as an artifact.
  "${sanitizable[@]}" "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$artifacts/fuzz/$name-" "${corpora[@]}" >"$log" 2>&1 || status=$?
  if ((status == 0)); then
    : >"build/fuzz/$name.passed"
    printf '%s: %s\n' "$name" "$(grep '^Done' "$log" || true)"
  else
    tail --lines=100 "$log"
    printf '%s: failed with exit code %s\n' "$name" "$status"
  fi
  return "$status"
}

"$@"
