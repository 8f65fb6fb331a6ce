"""Whether systemd runs the service, and goes on when nobody is logged in."""

from collections.abc import Iterator

from daemon.doctor.base import Finding, Machine, Patient
from daemon.systemd.places import Places, system_places, user_places


def service(patient: Patient) -> Iterator[Finding]:
    machine = patient.machine
    places = [p for p in (system_places(machine.system_root), user_places(machine.environment)) if p.unit.exists()]
    if not places:
        yield Finding(
            check="service",
            level="ok",
            seen="no systemd unit is installed: the service runs while its terminal does",
            do="finsdistill service install",
        )
    if len(places) > 1:
        yield Finding(
            check="service",
            level="warning",
            seen="a user unit and a system unit are installed: on one state folder the second one does not start",
            do="finsdistill service uninstall, with or without --system",
        )
    for place in places:
        yield _state(place, machine)
        if not place.system and not (machine.lingering / machine.user).exists():
            yield Finding(
                check="service",
                level="warning",
                seen=f"the user unit stops when {machine.user} logs out",
                do="loginctl enable-linger",
            )


def _state(place: Places, machine: Machine) -> Finding:
    words = "systemctl" if place.system else "systemctl --user"
    answer = machine.manager("is-active", place.unit.name, system=place.system)
    match answer.text:
        case "active" | "activating" | "reloading":
            return Finding(check="service", level="ok", seen=f"{place.unit} is {answer.text}")
        case "failed":
            do = f"journalctl {'' if place.system else '--user '}-u finsdistill, then {words} restart finsdistill"
            return Finding(check="service", level="problem", seen=f"{place.unit} failed", do=do)
        case "inactive" | "deactivating":
            do = f"{words} enable --now finsdistill"
            return Finding(check="service", level="warning", seen=f"{place.unit} is {answer.text}", do=do)
        case other:
            seen = f"{place.unit} is installed, and systemd could not be asked ({other})"
            return Finding(check="service", level="warning", seen=seen, do=f"{words} status finsdistill")
