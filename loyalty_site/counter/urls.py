"""Addresses of the counter, mounted at /counter/. Objects are named by public id; a number, code or name never is."""

from django.urls import path

from loyalty_site.counter.views import block, card, earn, help, issue, lookup, photo, redeem, reverse, scan, shift

app_name = "counter"
urlpatterns = [
    path("", scan.home, name="home"),
    path("pair/", shift.pair, name="pair"),
    path("shift/", shift.start, name="shift_start"),
    path("shift/lock/", shift.lock, name="lock"),
    path("shift/end/", shift.end, name="shift_end"),
    path("scan/", scan.scan, name="scan"),
    path("photo/", photo.photo, name="photo"),
    path("lookup/", lookup.lookup, name="lookup"),
    path("issue/", issue.issue, name="issue"),
    path("card/<uuid:card>/", card.card, name="card"),
    path("card/<uuid:card>/stamp/", earn.stamp, name="stamp"),
    path("card/<uuid:card>/amount/", earn.amount, name="amount"),
    path("card/<uuid:card>/redeem/", redeem.redeem, name="redeem"),
    path("card/<uuid:card>/redeem/confirm/", redeem.confirm, name="redeem_confirm"),
    path("card/<uuid:card>/block/", block.block, name="block"),
    path("card/<uuid:card>/unblock/", block.unblock, name="unblock"),
    path("card/<uuid:card>/replace/", block.replace, name="replace"),
    path("booking/<uuid:booking>/", earn.booking, name="booking"),
    path("booking/<uuid:booking>/why/", earn.why, name="why"),
    path("booking/<uuid:booking>/undo/", reverse.undo, name="undo"),
    path("booking/<uuid:booking>/reverse/", reverse.reverse, name="reverse"),
    path("redemption/<uuid:redemption>/handed-over/", redeem.hand_over, name="hand_over"),
    path("scanner/", help.scanner_check, name="scanner_check"),
    path("help/", help.help_page, name="help"),
]
