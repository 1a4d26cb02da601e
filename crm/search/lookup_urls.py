from django.urls import path

from crm.fields.look.lookup import ANY
from crm.search.lookup import any_options_page, options_page

app_name = "lookup"

urlpatterns = [
    path(f"{ANY}/", any_options_page, name="any"),
    path("<slug:key>/", options_page, name="options"),
]
