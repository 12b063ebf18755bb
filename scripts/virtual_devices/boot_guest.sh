#!/usr/bin/env bash
# Boots the guest with virtual cameras, runs one command in it and ends with that command's status.
#
#     boot_guest.sh FOLDER COMMAND [ARGUMENT ...]
#
# The command sees this system's files at the same places, can't change them, and writes its results to /puppet_guest,
# which is FOLDER here. There is no network. PUPPET_GUEST_LIMIT is how long the whole may take, s: a guest that hangs is
# killed, its last words are shown, and the status is 124. The status is 3 where the guest can't be made on this system.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
limit=${PUPPET_GUEST_LIMIT:-900}
if [ $# -lt 2 ]; then
    echo "usage: boot_guest.sh FOLDER COMMAND [ARGUMENT ...]" >&2
    exit 2
fi
mkdir -p "$1"
exchange=$(cd "$1" && pwd)
shift
made=$(bash "$here/prepare_guest.sh")

{
    echo "export PATH=$(printf %q "$PATH:/usr/sbin:/sbin") HOME=/puppet_home LANG=C.UTF-8 TERM=dumb COLUMNS=200"
    echo 'mkdir -p $HOME'
    echo "cd $(printf %q "$PWD")"
    printf '%q ' "$@"
    echo
    echo 'echo $? >/puppet_guest/status'
} >"$exchange/start"
rm -f "$exchange/status"
serial=$exchange/serial.log

# Never KVM: where /dev/kvm is there without working, a guest that uses it hangs. With -icount the guest's clock counts what its
# processor has done, not what the wall clock says: it is a computer of one steady speed, and a busy host makes the checks
# take longer but loses no frames in them. That takes a single processor. The kernel skips what only slows its start.
machine=(
    -accel tcg,thread=single -icount shift=1,sleep=on -cpu max -machine q35 -smp 1 -m 2048
    -display none -monitor none -serial stdio -nodefaults -no-reboot
    -kernel "$made/kernel" -initrd "$made/initrd"
    -append "console=ttyS0 quiet panic=-1 mitigations=off nokaslr audit=0 no_timer_check tsc=reliable cryptomgr.notests"
    -virtfs "local,path=/,mount_tag=system,security_model=none,multidevs=remap,readonly=on"
    -virtfs "local,path=${exchange//,/,,},mount_tag=exchange,security_model=none,multidevs=remap"
)
set +e
timeout --foreground --kill-after=5 "$limit" qemu-system-x86_64 "${machine[@]}" </dev/null 2>&1 | tee "$serial"
ended=${PIPESTATUS[0]}
set -e

if [ -s "$exchange/status" ]; then
    exit "$(cat "$exchange/status")"
fi
if [ "$ended" = 124 ] || [ "$ended" = 137 ]; then
    echo "The guest was killed: it had not finished after $limit s. Its last words:" >&2
    ended=124
else
    echo "The guest ended with status $ended before its command did. Its last words:" >&2
    ended=1
fi
tail -n 40 "$serial" >&2
exit $ended
