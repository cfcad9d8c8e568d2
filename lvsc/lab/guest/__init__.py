"""What runs inside the private kernel: the standard library only, started by `lvsc.lab.backend`."""
