"""Other programs' files as topologies: keepalived.conf, ldirectord.cf, ipvsadm rules."""

from lvsc.importers.detect import Format, detect
from lvsc.importers.files import NO_FILES, Files
from lvsc.importers.ledger import clean
from lvsc.importers.read import Imported, Options, Source, import_sources
from lvsc.importers.relocate import NOT_CHECKED, OF_CHECKS, REMEDY, SEEN, Places, relocate

__all__ = [
    "NOT_CHECKED",
    "NO_FILES",
    "OF_CHECKS",
    "REMEDY",
    "SEEN",
    "Files",
    "Format",
    "Imported",
    "Options",
    "Places",
    "Source",
    "clean",
    "detect",
    "import_sources",
    "relocate",
]
