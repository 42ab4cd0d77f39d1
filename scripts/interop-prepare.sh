#!/usr/bin/env bash
# Installs the Debian packages of the other side: what our register is asked by in npm run test:interop.
set -euo pipefail
missing=()
needs() { # <program or file> <package>
  command -v "$1" >/dev/null || [ -e "$1" ] || missing+=("$2")
}
needs freeDiameterd freediameterd
needs /usr/include/freeDiameter/freeDiameter-host.h libfreediameter-dev
needs /usr/lib/freeDiameter/dict_dcca_3gpp.fdx freediameter-extensions
needs gcc gcc
needs tshark tshark
needs h2load nghttp2-client
needs nghttpx nghttp2-proxy
needs curl curl
needs osmo-hlr osmo-hlr
if [ ${#missing[@]} -eq 0 ]; then
  echo 'Everything of the other side is installed.'
  exit 0
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
sudo=''
[ "$(id -u)" -eq 0 ] || sudo=sudo
$sudo apt-get update -qq
$sudo apt-get install -y --no-install-recommends "${missing[@]}"
