"""Addresses of the pages."""

from django.urls import URLPattern, URLResolver, path

from guildmark_portal.web import attempts, certificate, exam, finish, hand_in, program, result, workspace

app_name = "web"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", program.show, name="program"),
    path("exam/", attempts.show, name="attempts"),
    path("exam/<uuid:attempt_id>/", exam.show, name="exam"),
    path("exam/<uuid:attempt_id>/begin/", exam.begin, name="begin"),
    path("exam/<uuid:attempt_id>/<str:category>/hand-in/", hand_in.receive, name="hand_in"),
    path("exam/<uuid:attempt_id>/finish/", finish.show, name="finish"),
    path("exam/<uuid:attempt_id>/result/", result.show, name="result"),
    path("exam/<uuid:attempt_id>/workspace.zip", workspace.download, name="workspace"),
    path("certificates/", certificate.check, name="certificate_check"),
    path("certificates/<str:identifier>.json", certificate.document, name="certificate_document"),
    path("certificates/<str:identifier>/", certificate.show, name="certificate"),
]
