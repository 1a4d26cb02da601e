from django.urls import path

from crm.pages.lookup import ANY, any_options_page, options_page

app_name = "pages"

urlpatterns = [
    path(f"{ANY}/", any_options_page, name="any_options"),
    path("<slug:key>/", options_page, name="options"),
]
