"""Sends what expected.mjs lists through rudder-sdk-python, which compresses by default."""

import json
import os
import sys
import time

from rudderstack.analytics.client import Client

errors = []
client = Client(
    os.environ["WRITE_KEY"],
    host=os.environ["URL"],
    max_retries=10,
    upload_size=5,
    upload_interval=0.1,
    on_error=lambda error, items: errors.append(str(error)),
)
user_id, track = os.environ["USER_ID"], os.environ["TRACK"]
drip_s = int(os.environ["DRIP_MS"]) / 1000
context = json.loads(os.environ["CONTEXT"])
client.identify(user_id, {"first_name": "Ana"}, context=context)
client.page(user_id, None, "Home", {}, context=context)
for n in range(int(os.environ["TRACKS"])):
    client.track(user_id, track, {"n": n}, context=context)
    if drip_s and n % 10 == 9:
        time.sleep(drip_s)
client.flush()
client.join()
sys.exit(f"the client gave up: {errors}" if errors else 0)
