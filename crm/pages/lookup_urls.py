from django.urls import path

from crm.pages.lookup import options_page

app_name = "pages"

urlpatterns = [path("<slug:key>/", options_page, name="options")]
