"""The only door to a live host: netlink, /proc/sys, nft, keepalived; loaded only by commands that touch one."""
