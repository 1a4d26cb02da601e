from django.urls import path

from crm.home import views

app_name = "home"

urlpatterns = [path("", views.my_day, name="my_day")]
