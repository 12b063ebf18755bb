#!/bin/busybox sh
# The guest's first process, within the initrd. It makes this system's files the guest's own: read over 9p, never written,
# with an overlay in memory for what the guest writes. So the guest has the same Python and environment at the same places.
# Then it runs /puppet_guest/start, which boot_guest.sh wrote, and powers off whatever came of it.
/bin/busybox --install -s /bin
export PATH=/bin
mkdir -p /proc /sys /dev /lower /memory /merged
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev

power_off() {
    sync
    echo o >/proc/sysrq-trigger
    sleep 60
}
fail() {
    echo "The guest can't start: $1"
    power_off
}

for module in virtio_pci 9pnet_virtio 9p overlay; do
    modprobe $module || fail "no module $module"
done
options=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o ro,cache=loose,$options system /lower || fail "no view of the system's files"
mount -t tmpfs tmpfs /memory
mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work overlay /merged || fail "no overlay"
mkdir -p /merged/puppet_guest /merged/puppet_modules /merged/dev /merged/proc /merged/sys /merged/run /merged/tmp
mount -t 9p -o $options exchange /merged/puppet_guest || fail "no folder for results"
cp -r /lib /merged/puppet_modules/
mount -t tmpfs tmpfs /merged/run
mount --move /dev /merged/dev
mount --move /sys /merged/sys
mount --move /proc /merged/proc
mkdir -p /merged/dev/shm
mount -t tmpfs tmpfs /merged/dev/shm
chroot /merged /bin/bash -c "exec /bin/bash /puppet_guest/start </dev/null"
mount --move /merged/proc /proc
power_off
