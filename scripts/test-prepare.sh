#!/usr/bin/env bash
# Installs the Debian packages that tests use: a PostgreSQL server (every database test runs on both
# engines), curl (the register is asked as an operator's engineer would), SoftHSM and OpenSC (keys in a
# PKCS#11 token).
set -euo pipefail
missing=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
command -v curl >/dev/null || missing+=(curl)
command -v softhsm2-util >/dev/null || missing+=(softhsm2)
command -v pkcs11-tool >/dev/null || missing+=(opensc)
if [ ${#missing[@]} -eq 0 ]; then
  echo 'Everything the tests use is installed.'
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
sudo=''
[ "$(id -u)" -eq 0 ] || sudo=sudo
$sudo apt-get update -qq
$sudo apt-get install -y --no-install-recommends "${missing[@]}"
