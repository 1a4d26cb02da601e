"""A cache that may be away: Redis costs latency when it is lost, never an answer."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, with misses instead of errors and a pause of 5 s after each failure."""

    _down_until = 0.0

    def _tried(self, method: str, otherwise: Any, *args: Any, **options: Any) -> Any:
        if time.monotonic() < ForgivingRedisCache._down_until:
            return otherwise
        try:
            return getattr(super(), method)(*args, **options)
        except (RedisError, OSError):
            ForgivingRedisCache._down_until = time.monotonic() + 5
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._tried("get", default, key, default, version)

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> None:
        self._tried("set", None, key, value, *args, **options)

    def add(self, key: Any, value: Any, *args: Any, **options: Any) -> bool:
        return self._tried("add", True, key, value, *args, **options)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._tried("delete", False, key, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._tried("incr", delta, key, delta, version)

    def touch(self, key: Any, *args: Any, **options: Any) -> bool:
        return self._tried("touch", False, key, *args, **options)
