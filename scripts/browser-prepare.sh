#!/usr/bin/env bash
# Installs Chromium from Debian, which npm run test:browser drives, and fonts for its seven languages.
set -euo pipefail
source "$(dirname "$0")/debian.sh"
needs chromium chromium
fonts() { # <language> <package>
  fc-list ":lang=$1" 2>/dev/null | grep -q . || missing+=("$2")
}
fonts ar fonts-noto-core
fonts ja fonts-noto-cjk
install_missing 'Chromium and its fonts are installed.'
