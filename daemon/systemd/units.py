"""What the two units say. Pure: values in, text out. Their comments stand in the unit, where an administrator reads them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.errors import FinsdistillError

NAME: Final = "finsdistill.service"
ACCOUNT: Final = "finsdistill"
MARK: Final = "# Written by `finsdistill service install`, which replaces it: put changes of yours into a drop-in"
SYSTEM_STATE: Final = Path("/var/lib/finsdistill")
SYSTEM_CONFIG: Final = Path("/etc/finsdistill/config.toml")
HUB_CREDENTIAL: Final = "hf_token"
# What systemd's own quoting would read as something else. Nobody needs them in a path.
_UNQUOTABLE: Final = re.compile(r'[\x00-\x1f\x7f"\\$]')


class UnitProblem(FinsdistillError):
    """The unit cannot be written, or could not run."""


@dataclass(frozen=True)
class Unit:
    """What a unit runs: the installed command and the configuration, both absolute; `credentials` are names of files."""

    command: Path
    config: Path
    credentials: tuple[str, ...] = (HUB_CREDENTIAL,)


def quoted(path: Path) -> str:
    """`path` as one word of a unit file. Raises UnitProblem for a path that systemd's syntax cannot carry safely."""
    text = str(path)
    if not path.is_absolute() or _UNQUOTABLE.search(text):
        raise UnitProblem(f'{text!r} cannot stand in a unit file: use an absolute path without ", \\, $ and line ends')
    return f'"{text}"'.replace("%", "%%")


def user_unit(unit: Unit) -> str:
    """For the systemd of a person: what they may read and write, the service may."""
    return _USER.format(mark=MARK, common=_common(unit))


def system_unit(unit: Unit, writable: tuple[Path, ...] = ()) -> str:
    """For the machine's systemd. `writable`: folders besides /var/lib/finsdistill that the service writes into."""
    lines = "".join(f"ReadWritePaths={quoted(path)}\n" for path in writable)
    return _SYSTEM.format(mark=MARK, common=_common(unit), account=ACCOUNT, writable=lines)


def _common(unit: Unit) -> str:
    credentials = "".join(_CREDENTIAL.format(name=name) for name in unit.credentials)
    return _COMMON.format(command=quoted(unit.command), config=quoted(unit.config), credentials=credentials)


SYSUSERS: Final = f"""\
# Written by `finsdistill service install --system`. Members of the group may read the state: status, sql, export.
u {ACCOUNT} - "finsdistill service" {SYSTEM_STATE}
"""

_COMMON: Final = """\
Type=notify
NotifyAccess=main
ExecStart={command} run --config {config}
ExecReload=/bin/kill -HUP $MAINPID
# A log that a new version must convert or prove is read before the service says that it is ready.
TimeoutStartSec=15min
# The main loop pings every few seconds. One that no longer does is killed and started again: kill -9 loses nothing.
WatchdogSec=120
Restart=on-failure
RestartSec=30
# 1 (the configuration, the User-Agent, no GPU) and 2 (usage) are for a person: a restart would only say them again.
# 3 (the state cannot be used) is tried again for as long as it takes: a full disk is freed, another service ends.
RestartPreventExitStatus=1 2
# The service ends its teacher and its training itself; what is left after it is killed.
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=60
# A training that ran out of memory is one failed training, retried, and no reason to stop the service.
OOMPolicy=continue
LimitNOFILE=65536
# A core file would hold the credentials.
LimitCORE=0
# The Hugging Face token and the key of a teacher's server: files with the secret alone. systemd reads them, so they may be
# root's, mode 0600. The line after each stands in where there is no such file, which is then no error; the service takes
# an empty credential for none.
{credentials}NoNewPrivileges=yes
"""

_CREDENTIAL: Final = "LoadCredential={name}:%E/finsdistill/{name}\nSetCredential={name}:\\n\n"

_USER: Final = """\
{mark} (systemctl --user edit finsdistill).
[Unit]
Description=finsdistill: triplets from SEC filings, and a student trained on them
# `Restart` has no limit of tries: see RestartPreventExitStatus.
StartLimitIntervalSec=0

[Service]
{common}UMask=0077
WorkingDirectory=~

[Install]
WantedBy=default.target
"""

_SYSTEM: Final = """\
{mark} (systemctl edit finsdistill).
[Unit]
Description=finsdistill: triplets from SEC filings, and a student trained on them
# The NVIDIA modules must be there before this unit starts: it may load none, and the devices it may use are looked up
# at its start. All of these may be missing.
Wants=network-online.target modprobe@nvidia_uvm.service
After=network-online.target modprobe@nvidia_uvm.service nvidia-persistenced.service
# `Restart` has no limit of tries: see RestartPreventExitStatus.
StartLimitIntervalSec=0

[Service]
{common}User={account}
Group={account}
StateDirectory=finsdistill
StateDirectoryMode=0750
CacheDirectory=finsdistill
CacheDirectoryMode=0750
WorkingDirectory=%S/finsdistill
# The group may read what is published.
UMask=0027
# Models and compiled kernels: can be fetched or made again, so they are no part of the state.
Environment=HF_HOME=%C/finsdistill/huggingface
Environment=CUDA_CACHE_PATH=%C/finsdistill/cuda
Environment=TRITON_CACHE_DIR=%C/finsdistill/triton

# What it may write
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
{writable}
# Which devices: the GPU's. PrivateDevices=yes would hide them.
DevicePolicy=closed
DeviceAllow=char-nvidia* rw

# What it may do
CapabilityBoundingSet=
AmbientCapabilities=
PrivateUsers=yes
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
# @resources stays: torch and CUDA bind threads and memory to cores. What is refused is an error, not a kill.
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
# AF_NETLINK: several GPUs find each other over interfaces that are listed through it.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK

# Left open on purpose:
# MemoryDenyWriteExecute breaks torch, whose kernels are compiled while it runs.
# ProcSubset=pid hides /proc/locks, /proc/meminfo and /proc/driver/nvidia, which are read.
# IPAddressAllow cannot name EDGAR, whose addresses change.

[Install]
WantedBy=multi-user.target
"""
