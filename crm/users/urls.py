"""Pages that belong to no workspace. allauth's are named one by one: those that Angler offers."""

from allauth.account import views as account
from allauth.usersessions.views import list_usersessions
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.generic import RedirectView

from crm.users import entering, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.front_door, name="front_door"),
    path("workspaces/", views.choose_workspace, name="workspaces"),
    path("workspaces/new/", views.new_workspace, name="new_workspace"),
    path("workspaces/new/sent/", views.sign_up_sent, name="sign_up_sent"),
    path("workspaces/new/<str:token>/", views.sign_up, name="sign_up"),
    path("invitations/<slug:slug>/<str:token>/", entering.invitation, name="invitation"),
    path("auth/login/", account.login, name="account_login"),
    path("auth/logout/", account.logout, name="account_logout"),
    path("auth/inactive/", account.account_inactive, name="account_inactive"),
    path("auth/signup/", RedirectView.as_view(pattern_name="new_workspace"), name="account_signup"),
    path("auth/password/change/", account.password_change, name="account_change_password"),
    path("auth/password/set/", account.password_set, name="account_set_password"),
    path("auth/password/reset/", entering.AskForNewPassword.as_view(), name="account_reset_password"),
    path("auth/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^auth/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entering.SetForgottenPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "auth/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("auth/password/link/<slug:slug>/<str:token>/", entering.password_link, name="password_link"),
    path("auth/address/", entering.mail_address_proof, name="mail_address_proof"),
    path("auth/address/<str:token>/", entering.verify_address, name="verify_address"),
    path("auth/sessions/", list_usersessions, name="usersessions_list"),
]
