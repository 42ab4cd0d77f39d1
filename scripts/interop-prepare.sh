#!/usr/bin/env bash
# Installs the Debian packages of the other side: what our register is asked by in npm run test:interop.
set -euo pipefail
source "$(dirname "$0")/debian.sh"
needs freeDiameterd freediameterd
needs /usr/include/freeDiameter/freeDiameter-host.h libfreediameter-dev
needs /usr/lib/freeDiameter/dict_dcca_3gpp.fdx freediameter-extensions
needs gcc gcc
needs tshark tshark
needs h2load nghttp2-client
needs nghttpx nghttp2-proxy
needs curl curl
needs osmo-hlr osmo-hlr
install_missing 'Everything of the other side is installed.'
