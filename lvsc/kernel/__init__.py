"""The only door to a live host: netlink, /proc/sys, nft, keepalived, files. Loaded only by commands that touch a host."""
