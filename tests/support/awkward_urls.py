"""URLs that must not be followed, in every spelling that some resolver or parser takes for an inner address."""

from __future__ import annotations

from typing import Final

REFUSED_AS_WRITTEN: Final = (
    # other schemes, and none
    "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO",
    "javascript:alert(1)", "data:text/plain,x", "//hooks.example.com/", "hooks.example.com", "https:", "https://", "",
    "https:///path", "unix:///var/run/docker.sock", "HTTPS//x", "dict://127.0.0.1:11211/", "jar:https://x!/",
    # this machine and its names
    "https://127.0.0.1/", "https://127.0.0.1:8443/", "https://127.1.2.3/", "https://localhost/", "https://LOCALHOST/",
    "https://localhost./", "https://a.localhost/", "https://localhost.localdomain/", "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/", "https://[::]/", "https://0.0.0.0/", "https://127.0.0.1./",
    # numbers as only C's resolver reads them
    "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://017700000001/",
    "https://127.1/", "https://127.0.1/", "https://0/", "https://0x0/", "https://127.0.0.01/", "https://0300.0250.0.1/",
    "https://2852039166/", "https://0xa9fea9fe/", "https://169.254.43518/", "https://425.510.425.510/",
    "https://99999999999/", "https://127.0.0.1.0x7f/",
    # inner networks
    "https://10.0.0.1/", "https://10.255.255.255/", "https://172.16.0.1/", "https://172.31.255.254/",
    "https://192.168.0.1/", "https://100.64.0.1/", "https://100.127.255.254/", "https://192.0.0.1/",
    "https://198.18.0.1/", "https://192.0.2.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://240.0.0.1/",
    "https://255.255.255.255/", "https://224.0.0.1/", "https://[fc00::1]/", "https://[fd12:3456::1]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fec0::1]/", "https://[ff02::1]/", "https://[100::1]/",
    # where machines ask for their own credentials
    "https://169.254.169.254/latest/meta-data/", "https://metadata/", "https://metadata.google.internal/",
    "https://[fd00:ec2::254]/", "https://100.100.100.200/", "https://168.63.129.16/", "https://192.0.0.192/",
    "https://instance-data/", "https://169.254.170.2/", "https://printer.local/", "https://db.internal/",
    "https://router.lan/", "https://nas.home.arpa/",
    # an inner address within another
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::ffff:0:127.0.0.1]/", "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::169.254.169.254]/", "https://[64:ff9b:1::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::1]/", "https://[2001:0:0:0:0:0:0:1]/", "https://[2001:db8::1]/",
    "https://[2606:4700::5efe:7f00:1]/", "https://[3fff::1]/", "https://192.88.99.1/",
    # users, passwords, and what confuses parsers
    "https://user@hooks.example.com/", "https://user:secret@hooks.example.com/", "https://hooks.example.com@127.0.0.1/",
    "https://127.0.0.1#@hooks.example.com/", "https://hooks.example.com#x", "https://127.0.0.1\\@hooks.example.com/",
    "https:\\\\127.0.0.1\\", "https://hooks.example.com:0/", "https://hooks.example.com:99999/",
    "https://hooks example/",
    "https://hooks.example.com/\r\nHost: x", "https://hooks.example.com/\t", "https://[::1", "https://::1/",
    "https://[127.0.0.1]/", "https://hooks..example.com/", "https://-/", "https://%31%32%37.0.0.1/", "https://127%2e0.0.1/",
    # letters and dots of other scripts
    "https://127。0。0。1/", "https://127．0．0．1/", "https://１２７.0.0.1/", "https://①②⑦.0.0.1/", "https://ⓛocalhost/",
    "https://localhoſt/", "https://hooks.example.com/\u00e9", "https://bücher.example/", "https://\u200b127.0.0.1/",
)  # fmt: skip
"""No request may go there, whatever a name resolves to."""

LET_PASS: Final = (
    "https://hooks.example.com/", "https://hooks.example.com:8443/a/b?c=d&e=%20", "https://HOOKS.example.com/x",
    "https://hooks.example.com./", "https://1.1.1.1/", "https://[2606:4700:4700::1111]/", "https://xn--bcher-kva.example/",
    "https://a_b.example.com/", "https://services.example.com/T00/B00/xyz", "https://10.example.com/",
    "https://a.b.c.d.e.example/", "https://x/",
)  # fmt: skip
"""Whether these may be asked is for their addresses to say."""

INNER_ADDRESSES: Final = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1",
    "100::1", "fec0::1", "::ffff:0:7f00:1", "2606:4700::200:5efe:a00:1", "no address", "",
)  # fmt: skip
"""What a resolver may give that nobody may connect to."""

OUTER_ADDRESSES: Final = (
    "1.1.1.1",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "2606:4700::1",
    "2a00::1",
)
