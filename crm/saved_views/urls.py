from django.urls import path

from crm.saved_views import views

app_name = "saved_views"

urlpatterns = [
    path("<slug:key>/", views.index, name="index"),
    path("<slug:key>/new/", views.new, name="new"),
    path("<slug:key>/<uuid:view_id>/", views.view, name="view"),
    path("<slug:key>/<uuid:view_id>/state/", views.state, name="state"),
    path("<slug:key>/<uuid:view_id>/deletion/", views.deletion, name="deletion"),
    path("<slug:key>/<uuid:view_id>/pin/", views.pin, name="pin"),
    path("<slug:key>/<uuid:view_id>/default/", views.default, name="default"),
]
