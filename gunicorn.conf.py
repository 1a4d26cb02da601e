"""What gunicorn reads by itself where it is started: no address that holds a secret gets into its lines."""

from typing import Any

from gunicorn.glogging import Logger

from crm.logs import Redacting

limit_request_line = 8190  # a list's address with many filters and columns; a longer one gets gunicorn's own page


class logger_class(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                if not isinstance(handler.formatter, Redacting):
                    handler.setFormatter(Redacting(handler.formatter))
