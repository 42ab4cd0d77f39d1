# Sourced: what a script needs of Debian, installed where it is missing, and said.
missing=()
needs() { # <program or file> <package>
  command -v "$1" >/dev/null || [ -e "$1" ] || missing+=("$2")
}
install_missing() { # <what is there when nothing is missing>
  if [ ${#missing[@]} -eq 0 ]; then
    echo "$1"
    return
  fi
  echo "Installing ${missing[*]}"
  local sudo=''
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends "${missing[@]}"
}
