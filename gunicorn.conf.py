"""What gunicorn reads by itself where it is started: no address that holds a secret gets into its lines."""

import socket
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

from crm.logs import Redacting

# What gunicorn and most proxies take. A list refuses filters that would not fit; the links of a board's cards hold the
# list's address within their own, and may be longer still.
limit_request_line = 8190
TOO_LONG = b"""\
<!doctype html><html lang="en"><title>This address is too long</title>
<h1>This address is too long</h1>
<p>Nothing was changed. Go back and choose fewer filters or values, or <a href="/">start again</a>.</p></html>
"""


class worker_class(ThreadWorker):
    """Says in words what gunicorn answers by itself, before the application sees it."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, LimitRequestLine):
            return super().handle_error(req, client, addr, exc)
        head = f"HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Length: {len(TOO_LONG)}\r\n"
        client.sendall(f"{head}Content-Type: text/html; charset=utf-8\r\n\r\n".encode() + TOO_LONG)


class logger_class(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                if not isinstance(handler.formatter, Redacting):
                    handler.setFormatter(Redacting(handler.formatter))
