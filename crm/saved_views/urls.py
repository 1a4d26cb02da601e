from django.urls import URLPattern, URLResolver

app_name = "saved_views"

urlpatterns: list[URLPattern | URLResolver] = []
