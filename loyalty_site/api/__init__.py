"""The till and partner API under ``/api/v1/``: JSON in, outcomes out, each call one call of the domain.

Promises: a till's key opens its own merchant only; a retry with the same Idempotency-Key never books twice; whatever
comes in, the answer is JSON that says what was wrong, and never a trace of the program. It holds no rules: the counter
makes the same calls. Reading order: app (what is mounted), door and auth (what every request passes), problems
(every error), schemas and answers (bodies and their making), then one file for each kind of call.
"""
