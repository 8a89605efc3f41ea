# shellcheck shell=bash
# What scripts/run, scripts/test and .ci/run share: packages, Node.js, and building the server and the client.
# Sourced, with `set -euo pipefail` in force. Leaves the working directory at the root of the repository.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd -- "$root" || exit
mkdir -p build

# ---- Debian packages ------------------------------------------------------------------------------------------------

# To build and run the server. The client's nodejs and npm are asked for by command, see install_packages.
# shellcheck disable=SC2034  # used by those who source this
run_packages=(g++ cmake ninja-build ccache mold pkg-config libboost1.81-dev libboost-url1.81-dev nlohmann-json3-dev
  libsqlite3-dev libsrtp2-dev libssl-dev libspdlog-dev catch2 zlib1g-dev ca-certificates)
# fonts-dejavu-core draws Latin and Cyrillic, without which screenshots would show boxes.
# shellcheck disable=SC2034
e2e_packages=(chromium firefox-esr fonts-dejavu-core coturn)
# clang builds the asan and fuzz presets; libclang-rt has the sanitizers and libFuzzer.
# shellcheck disable=SC2034
ci_packages=(clang lld libclang-rt-14-dev clang-format clang-tidy shellcheck)

say() { printf 'akbuzat: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# Prints those of the named packages that are not installed.
missing_packages() {
  local installed name
  installed=$'\n'$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)$'\n'
  for name in "$@"; do
    [[ $installed == *$'\n'"$name installed"$'\n'* ]] || printf '%s\n' "$name"
  done
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

apt_get() {
  # The lock's time-out: a fresh machine often runs its own upgrade in the background.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

# Installs what is missing of the named packages, and nodejs and npm where there is no such command: they may as
# well come from elsewhere, and Debian's would then conflict.
install_packages() {
  local missing
  if ! command -v apt-get >/dev/null; then
    say "not a Debian system: expecting these or their like to be installed: $* nodejs npm"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  ((${#missing[@]} > 0)) || return 0
  say "installing Debian packages: ${missing[*]}"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "no sudo here; please run as root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  # Package lists are fetched only when they are not there, or too old to lead to the files.
  if ! apt-get -q -s install --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
    apt_get update
  fi
  apt_get install --no-install-recommends "${missing[@]}" && return
  say "that failed; once more with fresh package lists"
  apt_get update
  apt_get install --no-install-recommends "${missing[@]}" || die "the packages could not be installed: ${missing[*]}"
}

# ---- Building, only when something changed --------------------------------------------------------------------------

# One builder at a time in one clone. Held until the process ends, or unlock_build.
lock_build() {
  exec 9>build/.lock
  flock --nonblock 9 && return
  say "another build runs in this folder; waiting for it"
  flock 9
}
unlock_build() { exec 9>&-; }

# Describes the named files and folders: it differs whenever a file is added, removed or written.
fingerprint() {
  find "$@" \( -name node_modules -o -path web/dist -o -path web/coverage \) -prune \
    -o -type f ! -name '*.tsbuildinfo' -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum
}
server_fingerprint() { fingerprint CMakeLists.txt CMakePresets.json cmake include src; }
web_fingerprint() { fingerprint web; }

# is_built NAME PRODUCT FINGERPRINT: whether PRODUCT was made from what FINGERPRINT describes. set_built notes it.
is_built() { [[ -e $2 && -f build/.built-$1 && $(<"build/.built-$1") == "$3" ]]; }
set_built() { printf '%s\n' "$2" >"build/.built-$1"; }

# A translation unit with all of Asio takes about 1.5 GB, so a small machine compiles fewer at once than it has cores.
compile_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
  ((memory >= 1)) || memory=1
  printf '%s\n' "${CMAKE_BUILD_PARALLEL_LEVEL:-$((cores < memory ? cores : memory))}"
}

# build_server PRESET [TARGET…]
build_server() {
  local preset=$1 cache=build/$1/CMakeCache.txt fresh=()
  shift
  # A clone that was moved or copied with its build folder: CMake refuses it unless told to start afresh.
  if [[ -f $cache ]] && ! grep --quiet --line-regexp --fixed-strings "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
    fresh=(--fresh)
  fi
  cmake --preset "$preset" "${fresh[@]}"
  cmake --build --preset "$preset" --parallel "$(compile_jobs)" ${1:+--target "$@"}
}

# ---- Node.js and npm ------------------------------------------------------------------------------------------------

export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

# Whether the machine's Node.js is new enough for Vite 7.
node_is_new_enough() {
  local major minor
  IFS=. read -r major minor _ < <(node --version 2>/dev/null | tr -d v)
  [[ ${major:-0} == 20 && $minor -ge 19 || ${major:-0} == 22 && $minor -ge 12 || ${major:-0} -ge 23 ]]
}

# Puts a Node.js that is new enough first on PATH. Debian 12 has Node.js 18; a newer one comes as an npm package,
# whose version and checksum scripts/lib/node pins. It lies in .cache, so that it outlives the build folder.
use_node() {
  local bin
  node_is_new_enough && return
  mkdir -p .cache/node
  cp scripts/lib/node/package.json scripts/lib/node/package-lock.json .cache/node/
  npm_install .cache/node --ignore-scripts
  for bin in "$root"/.cache/node/node_modules/node-linux-*/bin; do
    PATH=$bin:$PATH
  done
  node_is_new_enough || die "there is no Node.js package for $(uname -m); please install Node.js 20.19 or newer"
}

# npm_install FOLDER [OPTION…]: exactly what the folder's lock file says, when that is not there already.
npm_install() {
  local folder=$1 wanted stamp=$1/node_modules/.installed
  shift
  wanted=$(cat "$folder/package.json" "$folder/package-lock.json" | sha256sum)
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then return; fi
  say "installing the npm packages of $folder"
  (cd -- "$folder" && npm ci "$@")
  printf '%s\n' "$wanted" >"$stamp"
}

build_web() {
  use_node
  npm_install web
  (cd web && npm run build)
}

# Builds the server's release and the client where their sources changed since the last time.
build_changed() {
  local print
  lock_build
  print=$(server_fingerprint)
  if ! is_built server build/release/akbuzat "$print"; then
    say "building the server; the first time takes some minutes"
    build_server release akbuzat
    set_built server "$print"
  fi
  print=$(web_fingerprint)
  if ! is_built web web/dist/index.html "$print"; then
    say "building the web client"
    build_web
    set_built web "$print"
  fi
  unlock_build
}
