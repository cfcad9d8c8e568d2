"""Strings of a source are hostile: they stay in their place in the topology, in comments and on the terminal."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from lvsc.importers.ledger import clean
from lvsc.importers.paper import Leaf, Row, Table, Writer, scalar
from lvsc.report import FORMS, Report, form
from lvsc.source import read
from tests.importers.cases import from_texts
from tests.importers.test_fuzz import FEW, whole

SECTIONS = {"lvsc", "defaults", "networks", "directors", "failover", "real_servers", "pools", "vips", "services"}
KEEPALIVED = """global_defs {{
 router_id "{0}"
 smtp_server {0}
}}
vrrp_instance "{0}" {{
 interface eth0
 virtual_router_id 9
 priority 9
 notify_master "{0}"
 virtual_ipaddress {{
  10.0.0.100/24 label {0}
 }}
}}
# {0}
virtual_server 10.0.0.100 80 {{ # {0}
 lvs_sched {0}
 quorum_up "{0}" {0}
 {0} {0}
 real_server 10.0.0.11 80 {{ # {0}
  HTTP_GET {{
   virtualhost "{0}"
   url {{
    path "/{0}"
   }}
  }}
 }}
 real_server 10.0.0.12 80 {{
  MISC_CHECK {{
   misc_path "/bin/x {0}"
  }}
 }}
}}
"""
LDIRECTORD = """virtual=10.0.0.100:80
\treal=10.0.0.11:80 gate
\trequest="/{0}"
\tvirtualhost={0}
\treceive="{0}"
\t{0}={0}
"""
HOSTILE = st.text(st.characters(codec="utf-8"), max_size=40) | st.text(
    st.sampled_from("\"'\\{}[]:#&*!|>%@`,?-\n\r\t\0\x1b\x85\u2028\u202e\ufeff \u00a0ax0~$"), max_size=30
)


@FEW
@given(HOSTILE)
def test_a_string_stays_in_its_place(text: str) -> None:
    for name, pattern in (("a.conf", KEEPALIVED), ("a.cf", LDIRECTORD)):
        found = from_texts([(name, pattern.format(text))])
        whole(found)
        assert found.text is not None
        assert all(line.isprintable() for line in found.text.split("\n"))
        assert set(read("t", found.text.encode())) <= SECTIONS
        shown = form("full").render(Report(found.findings, sources=found.sources), False)
        assert all(line.isprintable() for line in shown.split("\n"))


@settings(FEW, max_examples=200)
@given(st.text(st.characters(codec="utf-8")))
def test_a_value_is_read_back_as_it_was(text: str) -> None:
    table = Table(flow=True)
    table.put("row", Row([Leaf(text), Leaf("end")]))
    table.put("value", text, None, text)
    outer = Table()
    outer.put("outer", table)
    if text and not text.startswith("x-"):
        outer.put(text, 1)
    writer = Writer()
    writer.comment(text)
    writer.table(outer)
    back = YAML(typ="safe", pure=True).load(writer.text)
    assert back["outer"] == {"row": [text, "end"], "value": text}
    assert text in back or not text or text.startswith("x-")


@FEW
@given(HOSTILE)
def test_a_comment_is_one_printable_line(text: str) -> None:
    assert clean(text, 60).isprintable()
    assert len(clean(text, 60)) <= 60 * 10


def test_words_that_yaml_takes_for_something_else_are_quoted() -> None:
    for text in ("true", "null", "12", "0x1f", "1.5", "", "~", "-", "a: b", "::1", "x:1", "[a", "# b", "1e3"):
        assert scalar(text).startswith('"')
    for text in ("web1", "192.0.2.1", "/healthz", "5s", "203.0.113.0/24"):
        assert scalar(text) == text


SECRETS = """global_defs { router_id a }
$MY_PASS=hunter2
vrrp_instance V { interface eth0
 virtual_router_id 9
 priority 9
 authentication { auth_type PASS
  auth_pass hunter2 hunter2
  auth_psas hunter2 }
 auth_pass hunter2
 auth_password hunter2
 virtual_ipaddress { 10.0.0.100/24 } }
SSL { password hunter2 }
virtual_server 10.0.0.100 80 {
 real_server 10.0.0.11 80 { MISC_CHECK { misc_path "/bin/c --password hunter2" } }
 real_server 10.0.0.12 80 { MISC_CHECK { misc_path "/bin/c http://u:hunter2@h/" } }
}
"""
LOGINS = """virtual=10.0.0.100:3306
\treal=10.0.0.11:3306 gate
\tservice=mysql
\tlogin="hunter2"
\tpasswd = hunter2
\tsecret=hunter2
\tdatabase=hunter2
"""


def test_no_password_reaches_any_output() -> None:
    for name, text in (("a.conf", SECRETS), ("a.cf", LOGINS)):
        found = from_texts([(name, text)])
        assert found.text is not None
        assert "hunter2" not in found.text
        assert "hunter2" not in "".join(found.remarks)
        assert "hunter2" not in "".join(found.sources.values())
        for name in FORMS:
            assert "hunter2" not in form(name).render(Report(found.findings, sources=found.sources), False)
