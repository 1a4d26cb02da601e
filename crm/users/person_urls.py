from django.urls import URLPattern, URLResolver, path

from crm.users import person

app_name = "users"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", person.profile, name="profile"),
    path("look/", person.look, name="look"),
]
