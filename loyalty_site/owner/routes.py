"""Addresses of the office's own pages; the site puts each of them behind its door."""

from django.urls import URLPattern, path

from loyalty_site.owner.views import cards, jobs, rules, team, tills


def routes() -> list[URLPattern]:
    """Return them; they stand before the stock admin's, whose paths they continue."""
    return [
        path("members/till/<int:till_id>/pair/", tills.pair, name="till_pair"),
        path("members/till/<int:till_id>/unpair/", tills.unpair, name="till_unpair"),
        path("members/till/<int:till_id>/key/", tills.make_key, name="till_make_key"),
        path("members/till/<int:till_id>/revoke-key/", tills.revoke_key, name="till_revoke_key"),
        path("members/staff/<int:staff_id>/pin/", team.pin, name="staff_pin"),
        path("members/staff/<int:staff_id>/login/", team.login, name="staff_login"),
        path("members/staff/<int:staff_id>/leave/", team.leave, name="staff_leave"),
        path("members/staff/<int:staff_id>/return/", team.come_back, name="staff_return"),
        path("members/card/blank/", cards.blank, name="cards_blank"),
        path("members/card/<int:card_id>/block/", cards.block, name="card_block"),
        path("members/card/<int:card_id>/unblock/", cards.unblock, name="card_unblock"),
        path("members/job/<int:job_id>/retry/", jobs.retry, name="job_retry"),
        path("rewards/program/<int:program_id>/rules/add/", rules.add, name="rule_add"),
        path("rewards/rule/<int:rule_id>/edit/", rules.edit, name="rule_edit"),
        path("rewards/rule/<int:rule_id>/end/", rules.end, name="rule_end"),
    ]
