"""Serves a folder of web-platform-tests on two ports of the loopback address, until standard input ends.

Needs the package `wptserve`. Prints `ready PORT PORT` once it listens.
"""

import logging
import os
import sys

from wptserve import routes, server
from wptserve.config import ConfigBuilder
from wptserve.handlers import handler
from wptserve.stash import StashServer

root = os.path.abspath(sys.argv[1])
sys.path.insert(0, root)

log = logging.getLogger("wptserve")
log.addHandler(logging.NullHandler())
log.setLevel(logging.CRITICAL)


@handler
def idl_parser(request, response):
    """A name that the whole suite's own server gives this file."""
    with open(os.path.join(root, "resources/webidl2/lib/webidl2.js"), encoding="utf-8") as file:
        return [("Content-Type", "text/javascript")], file.read()


def main():
    table = [("GET", "/resources/WebIDLParser.js", idl_parser), *routes.routes]
    with StashServer(authkey="conformance"), ConfigBuilder(
        log,
        browser_host="localhost",
        alternate_hosts={"alt": "127.0.0.1"},
        subdomains={"www", "www1", "www2", "天気の良い日", "élève"},
        not_subdomains={"nonexistent"},
        ports={"http": ["auto", "auto"]},
    ) as config:
        ports = config.ports["http"]
        # Tests may name the others, and find nobody there.
        config.ports.default_factory = lambda: [1, 1]
        servers = [
            server.WebTestHttpd(host="127.0.0.1", port=port, doc_root=root, routes=table, config=config, bind_address=True)
            for port in ports
        ]
        for each in servers:
            each.start()
        print("ready", *ports, flush=True)
        # What it thinks of requests is of no use: tests send broken ones on purpose.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
        sys.stdin.read()
        for each in servers:
            each.stop()


main()
