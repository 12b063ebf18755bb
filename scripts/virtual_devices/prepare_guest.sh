#!/usr/bin/env bash
# Makes the guest's kernel and initrd: Debian's own kernel, its virtual webcam (vivid), and the virtual camera driver
# (v4l2loopback) built for it. Prints the folder they lie in; words for a person go to standard error.
#
# What was made is kept and used again until one of these scripts changes. PUPPET_VIRTUAL_DEVICES=FOLDER says where.
# As root on Debian it installs the packages it lacks; otherwise it says in one sentence what is missing and exits with 3.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${PUPPET_VIRTUAL_DEVICES:-${XDG_CACHE_HOME:-$HOME/.cache}/puppet/virtual_devices}
PATH=$PATH:/usr/sbin:/sbin

MISSING=3
DOWNLOAD=240 # s; a mirror that hangs is not waited for
BUILD=300    # s

# A command and the Debian package that brings it. To boot the guest, in which v4l2-ctl and modprobe run too:
to_boot=(qemu-system-x86_64:qemu-system-x86 v4l2-ctl:v4l-utils modprobe:kmod)
# To make its kernel and initrd:
to_make=(depmod:kmod busybox:busybox-static cpio:cpio make:make xz:xz-utils)

say() { echo "$*" >&2; }
refuse() {
    say "$*"
    exit $MISSING
}
update() { timeout $DOWNLOAD apt-get -qq update >&2 || say "apt-get update failed; going on with the package lists there are."; }

# Installs the packages of the commands that are missing, and any others named in $also.
install_for() {
    local pair packages=(${also:-})
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || packages+=("${pair##*:}")
    done
    [ ${#packages[@]} -gt 0 ] || return 0
    local line="apt-get install -y --no-install-recommends ${packages[*]}"
    [ "$(id -u)" = 0 ] || refuse "The guest with virtual cameras needs packages that only root can install: sudo $line"
    say "Installing ${packages[*]}"
    update
    DEBIAN_FRONTEND=noninteractive timeout $BUILD apt-get -qq install -y --no-install-recommends "${packages[@]}" >/dev/null ||
        refuse "The guest with virtual cameras needs packages that can't be installed; see what this says: $line"
}

[ "$(uname -s)" = Linux ] || refuse "The guest with virtual cameras can be made on Debian only, and this is $(uname -s)."
if ! command -v dpkg >/dev/null || ! command -v apt-get >/dev/null || [ "$(dpkg --print-architecture)" != amd64 ]; then
    refuse "The guest with virtual cameras is made of Debian's packages for amd64, and this system is another."
fi
mkdir -p "$folder"
exec 9>"$folder/lock" # one run at a time makes it; the others wait and use it
flock --timeout $((DOWNLOAD + BUILD)) 9 || refuse "Another run has held $folder/lock for too long."

wanted=$(cat "${BASH_SOURCE[0]}" "$here/guest_init.sh" | sha256sum | cut -d ' ' -f 1)
if [ -s "$folder/kernel" ] && [ -s "$folder/initrd" ] && [ "$(cat "$folder/made_by" 2>/dev/null)" = "$wanted" ]; then
    install_for "${to_boot[@]}"
    echo "$folder"
    exit
fi

begun=$SECONDS
newest_kernel() { apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: linux-image-\([0-9].*-amd64\)$/\1/p' | head -n 1; }
version=$(newest_kernel)
if [ -z "$version" ] && [ "$(id -u)" = 0 ]; then
    update
    version=$(newest_kernel)
fi
[ -n "$version" ] || refuse "The guest needs Debian's package linux-image-amd64, which apt-get does not know here: is this Debian, with its lists up to date?"
headers=/usr/src/linux-headers-$version
also=$([ -e "$headers/Makefile" ] || echo "linux-headers-$version") install_for "${to_boot[@]}" "${to_make[@]}"

work=$(mktemp -d "$folder/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
say "Fetching the kernel $version and v4l2loopback"
(cd "$work" && timeout $DOWNLOAD apt-get -qq download "linux-image-$version" v4l2loopback-dkms 2>download.log) ||
    refuse "The packages linux-image-$version and v4l2loopback-dkms can't be downloaded: $(tail -n 1 "$work/download.log")"
for package in "$work"/*.deb; do
    dpkg-deb -x "$package" "$work/unpacked"
done

say "Building v4l2loopback"
source=$(echo "$work"/unpacked/usr/src/v4l2loopback-*)
timeout $BUILD make -s -C "$headers" "M=$source" modules >"$work/build.log" 2>&1 || {
    tail -n 20 "$work/build.log" >&2
    refuse "v4l2loopback can't be built for the kernel $version; above is why."
}
[ -d "$work/unpacked/lib" ] || ln -s usr/lib "$work/unpacked/lib" # where the packages have everything below /usr
modules=lib/modules/$version
cp "$source/v4l2loopback.ko" "$work/unpacked/$modules/"
depmod -b "$work/unpacked" "$version"

# The initrd holds only the modules that the guest loads and those they need; uncompressed, because not every busybox can undo it.
initrd=$work/initrd
mkdir -p "$initrd/bin" "$initrd/$modules"
for module in virtio_pci 9pnet_virtio 9p overlay vivid v4l2loopback; do
    modprobe -d "$work/unpacked" -S "$version" --show-depends "$module"
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r file; do
    target=$initrd/$modules/${file#*/"$modules"/}
    mkdir -p "$(dirname "$target")"
    case $file in
        *.xz) xz -dc "$file" >"${target%.xz}" ;;
        *) cp "$file" "$target" ;;
    esac
done
cp "$work/unpacked/$modules"/modules.{order,builtin,builtin.modinfo} "$initrd/$modules/"
depmod -b "$initrd" "$version"
cp "$(command -v busybox)" "$initrd/bin/busybox"
! ldd "$initrd/bin/busybox" >/dev/null 2>&1 || refuse "The guest needs a busybox that stands alone: apt-get install busybox-static"
install -m 755 "$here/guest_init.sh" "$initrd/init"
(cd "$initrd" && find . | cpio --quiet -o -H newc) >"$work/initrd.img"

mv "$work/unpacked/boot/vmlinuz-$version" "$folder/kernel"
mv "$work/initrd.img" "$folder/initrd"
echo "$wanted" >"$folder/made_by"
say "Made the guest's kernel $version and its initrd in $folder in $((SECONDS - begun)) s; they are kept there."
echo "$folder"
