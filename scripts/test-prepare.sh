#!/usr/bin/env bash
# Installs the Debian packages that tests use: a PostgreSQL server (every database test runs on both
# engines), curl (the register is asked as an operator's engineer would), SoftHSM and OpenSC (keys in a
# PKCS#11 token).
set -euo pipefail
source "$(dirname "$0")/debian.sh"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
needs curl curl
needs softhsm2-util softhsm2
needs pkcs11-tool opensc
install_missing 'Everything the tests use is installed.'
