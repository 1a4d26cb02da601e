"""What a checkout needs to run on its own: PostgreSQL and Redis from wheels, and a process runner.

Nothing here is used when DATABASE_URL and REDIS_URL are set, as they are in production.
"""
