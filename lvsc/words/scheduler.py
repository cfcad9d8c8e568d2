"""The schedulers of the mainline kernel and their flags."""

from __future__ import annotations

import enum


class Scheduler(enum.Enum):
    """A scheduler; its value is the kernel's name and the end of its module's (ip_vs_wlc)."""

    RR = "rr"
    WRR = "wrr"
    LC = "lc"
    WLC = "wlc"
    LBLC = "lblc"
    LBLCR = "lblcr"
    DH = "dh"
    SH = "sh"
    SED = "sed"
    NQ = "nq"
    FO = "fo"
    OVF = "ovf"
    MH = "mh"

    @property
    def module(self) -> str:
        """The kernel module that holds it."""
        return f"ip_vs_{self.value}"


class SchedulerFlag(enum.Enum):
    """A flag of the hash schedulers sh and mh (ipvsadm -b)."""

    FALLBACK = "fallback"
    PORT = "port"


# include/uapi/linux/ip_vs.h: IP_VS_SVC_F_SCHED_{SH,MH}_{FALLBACK,PORT}; no other scheduler reads these bits.
FLAGS: dict[Scheduler, tuple[SchedulerFlag, ...]] = {
    Scheduler.SH: (SchedulerFlag.FALLBACK, SchedulerFlag.PORT),
    Scheduler.MH: (SchedulerFlag.FALLBACK, SchedulerFlag.PORT),
}
