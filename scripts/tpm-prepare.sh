#!/usr/bin/env bash
# Installs Debian's TPM 2.0 emulator and the tools that npm run test:tpm compares our policies with.
set -euo pipefail
source "$(dirname "$0")/debian.sh"
needs swtpm swtpm
needs tpm2_policyor tpm2-tools
install_missing 'The TPM emulator and its tools are installed.'
