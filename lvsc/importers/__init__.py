"""Other programs' files as topologies: keepalived.conf, ldirectord.cf, ipvsadm rules."""

from lvsc.importers.detect import Format, detect
from lvsc.importers.files import NO_FILES, Files
from lvsc.importers.read import Imported, Options, Source, import_sources

__all__ = ["NO_FILES", "Files", "Format", "Imported", "Options", "Source", "detect", "import_sources"]
