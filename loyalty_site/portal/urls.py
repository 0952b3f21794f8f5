"""Addresses of the portal: `/m/<merchant>/` for people, `/t/<merchant>/` for the merchant's looks.

Printed cards carry `/M/<MERCHANT>/K/<NUMBER>` in capitals, because that makes the smaller QR code.
"""

from django.urls import path, re_path

from loyalty_site.portal.views import card, history, home, theme

app_name = "portal"
urlpatterns = [
    path("m/<slug:slug>/", home.home, name="home"),
    path("m/<slug:slug>/card/", card.card, name="card"),
    path("m/<slug:slug>/card/code/", card.code, name="code"),
    path("m/<slug:slug>/history/", history.history, name="history"),
    re_path(r"^[mM]/(?P<slug>[-a-zA-Z0-9_]+)/[kK]/(?P<number>[0-9a-zA-Z]{12})/?$", home.printed, name="printed"),
    path("t/<slug:slug>/theme.css", theme.theme, name="theme"),
]
