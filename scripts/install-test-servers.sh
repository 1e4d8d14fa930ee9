#!/bin/sh
# Installs what tests run against and npm does not have: BIND (Debian's bind9), Chromium (Debian's chromium) and curl.
# Does nothing when they are there. Needs root and apt; says so and fails otherwise.
set -eu

missing=
command -v named >/dev/null 2>&1 || [ -x /usr/sbin/named ] || missing=bind9
command -v chromium >/dev/null 2>&1 || [ -x "${CHROMIUM_BINARY:-}" ] || missing="$missing chromium"
command -v curl >/dev/null 2>&1 || missing="$missing curl"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "install-test-servers: missing; install as root:" $missing >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# The tests start their own server; the package must not start one.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -q
apt-get install -q -y --no-install-recommends $missing
