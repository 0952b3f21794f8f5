"""Named places where a test may kill this process, to prove that nothing is lost there.

``FAULT_POINT=after_send:kill`` makes the process send itself SIGKILL when it reaches ``after_send``: no ``finally``,
no rollback, no farewell, as when a machine loses power. Code marks such a place with ``reach("after_send")``.
With DEBUG off nothing ever happens here, and ``loyalty_site.checks`` reports the variable as an error.
"""

import os
import signal

from django.conf import settings

from loyalty_site.env import env_str

#: The places of the worker itself. Handlers add their own, such as ``after_send``.
JOB_CLAIMED = "job_claimed"
JOB_HANDLED = "job_handled"
JOB_DONE = "job_done"


def reach(name: str) -> None:
    """Kill this process if the variable names this place and DEBUG is on; otherwise do nothing."""
    if settings.DEBUG and env_str("FAULT_POINT") == f"{name}:kill":
        os.kill(os.getpid(), signal.SIGKILL)
