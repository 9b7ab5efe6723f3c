#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The two commands of a newcomer, demo and test, on a Debian 12 with nothing prepared; and the ones
# that follow. Installs only Debian packages that are missing, and says so.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: ./stickler.sh COMMAND

  demo            build Stickler and run it with three small servers on this machine
  test [PART…]    run all tests, or a part: tidy, unit, trial, e2e, package, fuzz; names; plain,
                  asan, tsan
                    ./stickler.sh test all      once more under sanitizers, with fuzzing
                    ./stickler.sh test unit http
                    ./stickler.sh test e2e editors asan --only 'words of one test'
                    ./stickler.sh test fuzz cookie --fuzz-seconds 600
  build           build only: the program is then build/stickler
  package         build the Debian package: build/package/stickler_VERSION_ARCHITECTURE.deb
  bench [OPTION…] measure against HAProxy and nginx (bench/README.md)
  anything else   is a command of the program itself:  ./stickler.sh --help
TEXT
}

root=$(dirname "$(readlink -f "$0")")

# What building needs, and what the tests need besides.
build_packages=(cmake g++ libcap-ng-dev libcli11-dev libconfig++-dev libevent-dev libhiredis-dev
  libre2-dev libspdlog-dev libssl-dev libxxhash-dev ninja-build nlohmann-json3-dev pkg-config)
test_packages=(ccache chromium clang-19 clang-format-19 curl debootstrap etcd-client etcd-server
  git groff-base haproxy hatop libclang-rt-19-dev libgmock-dev libgtest-dev lintian llvm-19 nginx
  node-llhttp openssl prometheus prometheus-haproxy-exporter python3-yaml redis-sentinel
  redis-server slowhttptest socat strace systemd tmux universal-ctags zsh)
package_packages=(build-essential debhelper fakeroot scdoc)
# Of which these would be started at once, and at each boot: the tests start their own.
services=(etcd haproxy nginx prometheus prometheus-haproxy-exporter redis-sentinel redis-server)

main() {
  local command=${1:-help}
  case $command in
    demo)
      echo "Stickler demo"
      install_for_build
      build
      exec "$root/build/stickler" "$@"
      ;;
    test)
      shift
      echo "Stickler test"
      install_for_tests
      exec node "$root/tests/runner/run.mjs" "$@"
      ;;
    build)
      echo "Stickler build"
      install_for_build
      build
      ;;
    package)
      echo "Stickler package"
      install_packages "${build_packages[@]}" "${package_packages[@]}"
      step package "release, $(nproc) jobs" build_package
      line "" "$(cd "$root" && echo build/package/stickler_*.deb)"
      ;;
    bench)
      shift
      echo "Stickler bench"
      install_for_tests
      build
      exec "$root/bench/run" "$@"
      ;;
    help) usage ;;
    *)
      [ -x "$root/build/stickler" ] || { install_for_build && build; } >&2
      exec "$root/build/stickler" "$@"
      ;;
  esac
}

build() {
  step build "release, $(nproc) jobs" build_release
}

# A build folder that another generator or another place has made is begun anew.
build_release() {
  cd "$root" || return
  cmake --preset release || cmake --preset release --fresh || return
  cmake --build --preset release --target stickler
}

# In a copy, for Debian's tools write beside the folder they work in.
build_package() {
  local folder=$root/build/package
  rm -rf "$folder"
  mkdir -p "$folder/stickler" && cd "$root" || return
  tar --create --exclude-vcs --exclude='./build*' --exclude=node_modules . |
    tar --extract --directory "$folder/stickler" || return
  cd "$folder/stickler" || return
  # debhelper gives its programs a home without a cache of compiled files.
  if command -v ccache >/dev/null; then
    CCACHE_DIR=$(ccache --get-config cache_dir) && export CCACHE_DIR
  fi
  dpkg-buildpackage --build=binary --no-sign --jobs=auto || return
  rm -rf "$folder/stickler"
}

install_for_build() {
  install_packages "${build_packages[@]}"
}

install_for_tests() {
  local packages=("${build_packages[@]}" "${package_packages[@]}" "${test_packages[@]}")
  # Many machines have a newer Node.js than Debian's, whose package forbids Debian's npm.
  command -v node >/dev/null || packages+=(nodejs)
  command -v npm >/dev/null || packages+=(npm)
  install_packages "${packages[@]}"
  install_node_modules
}

install_packages() {
  local missing=() package
  for package; do
    is_installed "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    line packages "all $# are here"
  else
    step packages "${#missing[@]} to install ($(shorten "${missing[@]}"))" \
      apt_install "${missing[@]}"
  fi
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The lists of packages are renewed only where what they say no longer installs.
apt_install() {
  local package new_services=()
  for package in "${services[@]}"; do
    [[ " $* " == *" $package "* ]] && new_services+=("$package")
  done
  forbid_services || return
  apt_get install --no-install-recommends "$@" ||
    { apt_get update && apt_get install --no-install-recommends "$@"; } || return
  if [ ${#new_services[@]} != 0 ] && command -v systemctl >/dev/null; then
    as_root systemctl disable "${new_services[@]}"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y "$@"
}

# Debian starts a service as soon as it is installed, unless this file (of our making, only while
# we install) says no.
policy=/usr/sbin/policy-rc.d
forbid_services() {
  [ ! -e $policy ] || return 0
  trap 'as_root rm -f $policy' EXIT
  printf '#!/bin/sh\nexit 101\n' | as_root sh -c "cat > $policy && chmod 755 $policy"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "not root, and there is no sudo: run as root:  $*" >&2
    return 1
  fi
}

# From the npm registry, as locked; again only when the lock file has changed.
install_node_modules() {
  local folder=$root/tests/e2e
  local stamp=$folder/node_modules/.installed
  if cmp -s "$folder/package-lock.json" "$stamp"; then
    line npm "modules as locked are here"
  else
    step npm "modules as locked" npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
    cp "$folder/package-lock.json" "$stamp"
  fi
}

# step LABEL WHAT COMMAND…: runs it quietly and prints one line; its output only if it fails.
# (bash ignores errors inside a function that is a condition: hence the returns above.)
step() {
  local label=$1 what=$2 log started=$SECONDS
  shift 2
  log=$(mktemp)
  [ ! -t 1 ] || printf '  %-11s %s …\r' "$label" "$what"
  if ("$@") >"$log" 2>&1; then
    line "$label" "$what" "$((SECONDS - started)) s"
    rm -f "$log"
  else
    line "$label" "$what" "failed"
    sed 's/^/    /' "$log" >&2
    echo "the whole output: $log" >&2
    exit 1
  fi
}

line() {
  if [ $# = 3 ]; then
    printf '  %-11s %-56s %5s\n' "$@"
  else
    printf '  %-11s %s\n' "$@"
  fi
}

# The first few of many words.
shorten() {
  local words=("${@:1:2}")
  local text="${words[*]}"
  text=${text// /, }
  [ $# -le 2 ] || text+=", …"
  echo "$text"
}

main "$@"
