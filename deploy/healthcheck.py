"""Ask the web server in this container whether it can serve: exit code 0 if ``/readyz`` answers 200.

Asks under the first allowed host name, since Django refuses others. Uses only the standard library.
"""

import http.client
import os
import sys


def is_ready(*, port: int, host: str) -> bool:
    """Tell whether ``/readyz`` on this machine, asked under the name ``host``, answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    allowed = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    bind = os.environ.get("WEB_BIND", "").rpartition(":")[2] or "8000"
    sys.exit(not is_ready(port=int(bind), host=allowed if allowed not in {"", "*"} else "localhost"))
