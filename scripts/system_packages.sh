#!/usr/bin/env bash
# Looks for the system packages that Puppet needs on Linux; --display adds what a window on an X display needs.
# As root on Debian or Ubuntu it installs what is missing; elsewhere it says what is missing and how to install it.
# It never stops the build: a missing library stops only what uses it, which then says so itself.
set -euo pipefail
[ "$(uname -s)" = Linux ] || exit 0

# Shared library and the Debian package that brings it. Qt links these whatever it draws on.
wanted=(
    libEGL.so.1:libegl1 libGL.so.1:libgl1 libX11.so.6:libx11-6 libxkbcommon.so.0:libxkbcommon0 libdbus-1.so.3:libdbus-1-3
    libfontconfig.so.1:libfontconfig1 libfreetype.so.6:libfreetype6 libglib-2.0.so.0:libglib2.0-0 libz.so.1:zlib1g
)
if [ "${1:-}" = --display ]; then
    wanted+=(
        libxcb-cursor.so.0:libxcb-cursor0 libxcb-icccm.so.4:libxcb-icccm4 libxcb-image.so.0:libxcb-image0
        libxcb-keysyms.so.1:libxcb-keysyms1 libxcb-render-util.so.0:libxcb-render-util0 libxcb-xkb.so.1:libxcb-xkb1
        libxcb-shape.so.0:libxcb-shape0 libxcb-util.so.1:libxcb-util1 libxkbcommon-x11.so.0:libxkbcommon-x11-0
        libX11-xcb.so.1:libx11-xcb1
    )
fi

libraries=()
packages=()
if known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null); then
    for pair in "${wanted[@]}"; do
        [[ $known == *"${pair%%:*} "* ]] && continue
        libraries+=("${pair%%:*}")
        packages+=("${pair##*:}")
    done
fi
if [ -z "${PYTHON:-}" ] && ! bash "$(dirname "$0")/suitable_python.sh" >/dev/null 2>&1; then
    packages+=(python3 python3-venv)
fi
[ ${#packages[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
    if [ ${#libraries[@]} -gt 0 ]; then
        echo "Puppet needs these shared libraries, which your system lacks: ${libraries[*]}" >&2
        if command -v dnf >/dev/null; then
            echo "Install them: sudo dnf install$(printf " '%s()(64bit)'" "${libraries[@]}")" >&2
        fi
    fi
    exit 0
fi

if [ "$(id -u)" = 0 ]; then
    echo "Installing system packages: ${packages[*]}"
    patience=(-o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20)
    export DEBIAN_FRONTEND=noninteractive
    if apt-get "${patience[@]}" -q update && apt-get "${patience[@]}" -q install -y --no-install-recommends "${packages[@]}"; then
        exit 0
    fi
    echo "That did not work; going on without them." >&2
    prefix=""
else
    prefix="sudo "
fi
echo "Puppet needs system packages that are missing. Install them:" >&2
echo "    ${prefix}apt-get update && ${prefix}apt-get install -y --no-install-recommends ${packages[*]}" >&2
