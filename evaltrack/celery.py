"""The Celery application. The beat table below is the only place with clock times."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltrack.settings")

app = Celery("evaltrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Messages are wake-ups only: what is due is stored in the database, so a message that is lost or runs twice
# changes nothing. "expires" keeps a worker that was away from running the same job many times over.
app.conf.beat_schedule = {
    "deliver-mail": {
        "task": "evaltrack.tasks.deliver_mail",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "plan-reminders": {
        "task": "responses.tasks.send_reminders",
        "schedule": crontab(minute=10),
        "options": {"expires": 3000},
    },
    "forget-notifications": {
        "task": "evaltrack.tasks.forget_notifications",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 3000},
    },
}
