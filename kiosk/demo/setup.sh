# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by kiosk/run and tests/run: what both do first. Sets nothing but functions; $top is the checkout.

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# missing_packages FILE…: names in the lists that are not installed
missing_packages() {
  for package in $(cat "$@" | sed 's/#.*//'); do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
      installed) ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

# The program that apt asks "may this service be started?" (invoke-rc.d(8)). 101 means no.
policy=/usr/sbin/policy-rc.d

# As root: installs without starting any service. A policy that is there already and says no is left as it is; otherwise one is made for
# the time of the installation. It says no only while this very process lives (pid and start time), so that even after a kill -9
# it permits everything again.
install_as_root='
set -eu
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ] || [ -L "$policy" ]; then
  status=0
  "$policy" pcscd start >/dev/null 2>&1 || status=$?
  if [ "$status" != 101 ]; then
    echo "error: $policy is there and lets packages start services; please install yourself: apt-get install --no-install-recommends $*" >&2
    exit 1
  fi
else
  trap "rm -f $policy" EXIT
  trap "exit 130" HUP INT TERM
  born=$(cut -d" " -f22 /proc/$$/stat)
  cat > "$policy" <<POLICY
#!/bin/sh
# Made by Perron for one installation and removed at its end. Forbids starting services while process $$ lives.
[ "\$(cut -d" " -f22 /proc/$$/stat 2>/dev/null)" = "$born" ] && exit 101
exit 0
POLICY
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends "$@"
'

# install_packages FILE…: installs what is missing of these lists, and says what
install_packages() {
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || fail "this needs Debian's apt-get, or these packages: $missing"
  say "Installing Debian packages (no service will be started): $missing"
  if [ "$(id -u)" = 0 ]; then
    # shellcheck disable=SC2086
    sh -c "$install_as_root" perron-install $missing
  else
    command -v sudo >/dev/null || fail "not root, and no sudo; please have these packages installed: $missing"
    # shellcheck disable=SC2086
    sudo sh -c "$install_as_root" perron-install $missing
  fi
  missing=$(missing_packages "$@")
  [ -z "$missing" ] || fail "still missing after the installation: $missing"
}

# build: configures once, compiles what changed
build() {
  if [ -e "$top/_build" ] && ! [ -w "$top/_build" ]; then
    fail "$top/_build belongs to somebody else: remove it, or run this as $(stat -c %U "$top/_build")"
  fi
  say "Building in $top/_build"
  [ -f "$top/_build/build.ninja" ] || meson setup "$top/_build" "$top"
  ninja -C "$top/_build"
}
