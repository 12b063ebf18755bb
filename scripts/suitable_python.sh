#!/usr/bin/env bash
# Prints the Python to make the environment with: 3.11 to 3.13, with the venv module, newest first.
# PYTHON=NAME names the only one to look at. Where none will do, says why on standard error and exits with 1.
set -euo pipefail

candidates=(python3.13 python3.12 python3.11 python3 python)
[ -z "${PYTHON:-}" ] || candidates=("$PYTHON")

probe='
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(3)
try:
    import ensurepip, venv
except ImportError:
    sys.exit(4)
'
without_venv=""
for candidate in "${candidates[@]}"; do
    verdict=0
    "$candidate" -c "$probe" >/dev/null 2>&1 || verdict=$?
    case $verdict in
        0) echo "$candidate"; exit 0 ;;
        4) without_venv=${without_venv:-$("$candidate" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')} ;;
    esac
done

if [ -n "$without_venv" ]; then
    echo "$without_venv is here but can't make an environment: it lacks venv or ensurepip." >&2
    echo "On Debian or Ubuntu: sudo apt-get install $without_venv-venv" >&2
else
    echo "Puppet needs Python 3.11, 3.12 or 3.13, and none of these is one: ${candidates[*]}." >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3" >&2
fi
exit 1
