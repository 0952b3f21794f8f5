"""A throw-away Django application: what an award costs in bare Django, beside which the product is measured.

``ping`` answers; ``cte`` does a minimal award in one statement; ``real`` does one as people usually write it, with
the ORM in about 15 statements; ``form`` does the same from an HTML form with session, CSRF, a verified second factor
and a rendered part of a page. No tenant scoping, no replay of answers, no outbox, no second look under the lock.
Django's default connection settings but for persistent connections, as when its rates were measured beside the peer's.
"""
