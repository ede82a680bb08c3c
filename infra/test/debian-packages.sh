#!/bin/sh
# Installs the Debian packages that some suites run against, and starts none of their services.
#   infra/test/debian-packages.sh PACKAGE...     each package brings a command of its own name; PACKAGE=FILE brings a file
# As root on Debian it installs what is missing; elsewhere it says what is missing and how to install it. It ends with 0
# either way: a suite without its program is skipped and listed, and CI fails on a skip.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
say() { echo "wardtwin: $*" >&2; }
[ $# -gt 0 ] || { say "say which packages: infra/test/debian-packages.sh PACKAGE..."; exit 64; }

find_missing() {
  missing=
  for wanted in "$@"; do
    package=${wanted%%=*}
    file=${wanted#"$package"}
    if [ -n "$file" ]; then
      [ -e "${file#=}" ] || missing="$missing $package"
    else
      command -v "$package" >/dev/null 2>&1 || missing="$missing $package"
    fi
  done
  missing=${missing# }
}
find_missing "$@"
[ -n "$missing" ] || exit 0

how="apt-get install -y --no-install-recommends $missing"
if ! command -v apt-get >/dev/null 2>&1; then
  say "some suites will be skipped: $missing not found. On Debian: sudo $how"
  exit 0
fi
if [ "$(id -u)" != 0 ]; then
  say "some suites will be skipped: $missing not found. To install: sudo $how"
  exit 0
fi

# Two runs at once would undo each other's policy-rc.d, so the second waits, and then mostly finds nothing to do.
exec 9>/run/lock/wardtwin-debian-packages
flock 9
find_missing "$@"
[ -n "$missing" ] || exit 0

# Debian starts a service when its package arrives, unless policy-rc.d answers 101. One that was there comes back, also
# when an earlier run was killed before it could put it back.
policy=/usr/sbin/policy-rc.d
kept=$policy.kept-by-wardtwin
restore_policy() {
  rm -f "$policy"
  [ ! -e "$kept" ] || mv "$kept" "$policy"
}
trap restore_policy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
[ -e "$kept" ] || [ ! -e "$policy" ] || mv "$policy" "$kept"
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
lock_wait="-o DPkg::Lock::Timeout=120"
say "installing $missing (once; chromium takes about a minute)"
# shellcheck disable=SC2086  # both are lists of words
if { apt-get $lock_wait update -q && apt-get $lock_wait install -y -q --no-install-recommends $missing; } </dev/null >&2; then
  say "installed $missing"
else
  say "$missing could not be installed; the lines above say why. The suites that need them will be skipped."
fi
