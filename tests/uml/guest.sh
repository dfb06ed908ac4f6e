#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# First process of the guest (see machine.py): the host's files read-only, CAN modules, a writable
# share, then the program that the kernel's command line names. What it says and how it ended lies
# in the share; a missing "code" is a failure.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
for word in $(cat /proc/cmdline); do
    case "$word" in
    uml_share=*) share=${word#*=} ;;
    uml_program=*) program=${word#*=} ;;
    uml_tests=*) export TEST_PROGRAMS="${word#*=}" ;;
    esac
done
mkdir /run/share
mount -t hostfs -o "$share" none /run/share
export TMPDIR=/run/tmp && mkdir $TMPDIR
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts
mount -t devpts -o ptmxmode=666 devpts /dev/pts
[ -c /dev/ptmx ] || ln -s pts/ptmx /dev/ptmx
modules=$(echo /usr/lib/uml/modules/*/kernel)
for module in drivers/net/can/dev/can-dev net/can/can net/can/can-raw drivers/net/can/vcan \
    drivers/net/can/slcan/slcan; do
    insmod "$modules/$module.ko" >>/run/share/output 2>&1
done
ip link set lo up
export PYTHONDONTWRITEBYTECODE=1
/usr/bin/python3 -m pytest -q -p no:cacheprovider "$program" >>/run/share/output 2>&1 </dev/null
echo $? >/run/share/code
sync
poweroff -f 2>/dev/null || echo o >/proc/sysrq-trigger
sleep 10
