"""The lab: a private real kernel that plays a cluster with real packets."""
