"""The clouds and hypervisors that carry networks, and what they do to packets."""

from __future__ import annotations

import enum


class Platform(enum.Enum):
    """A cloud or hypervisor, by the word that a topology uses."""

    OPENSTACK = "openstack"
    AWS = "aws"
    GCP = "gcp"
    AZURE = "azure"
    VMWARE = "vmware"
    HYPERV = "hyperv"

    def __str__(self) -> str:
        return _NAMES[self]


_NAMES = {
    Platform.OPENSTACK: "OpenStack",
    Platform.AWS: "AWS",
    Platform.GCP: "Google Cloud",
    Platform.AZURE: "Azure",
    Platform.VMWARE: "VMware",
    Platform.HYPERV: "Hyper-V",
}
