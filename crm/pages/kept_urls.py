from django.urls import path

from crm.pages import kept_pages

app_name = "kept"

urlpatterns = [path("<uuid:kept_id>/", kept_pages.form, name="form")]
