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
    "fetch-mail": {
        "task": "evaltrack.tasks.fetch_mail",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "inspect-files": {
        "task": "evaltrack.tasks.inspect_files",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "read-imports": {
        "task": "responses.tasks.read_imports",
        "schedule": 20.0,
        "options": {"expires": 19},
    },
    "print-ahead": {
        "task": "responses.tasks.print_ahead",
        "schedule": 20.0,
        "options": {"expires": 19},
    },
    "sweep-prints": {
        "task": "responses.tasks.sweep_prints",
        "schedule": crontab(hour=4, minute=30),
        "options": {"expires": 3000},
    },
    "sweep-files": {
        "task": "evaltrack.tasks.sweep_files",
        "schedule": crontab(hour=4, minute=20),
        "options": {"expires": 3000},
    },
    "plan-reminders": {
        "task": "responses.tasks.send_reminders",
        "schedule": crontab(minute=10),
        "options": {"expires": 3000},
    },
    "forget-received-mail": {
        "task": "evaltrack.tasks.forget_received_mail",
        "schedule": crontab(hour=3, minute=50),
        "options": {"expires": 3000},
    },
    "make-exports": {
        "task": "responses.tasks.make_exports",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "forget-exports": {
        "task": "responses.tasks.forget_exports",
        "schedule": crontab(hour=4, minute=40),
        "options": {"expires": 3000},
    },
    "work-on-registers": {
        "task": "recommendations.tasks.work_on_registers",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "read-reports": {
        "task": "recommendations.tasks.read_reports",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "keep-rounds": {
        "task": "responses.tasks.keep_rounds",
        "schedule": crontab(minute=5),
        "options": {"expires": 3000},
    },
    "work-on-rounds": {
        "task": "responses.tasks.work_on_rounds",
        "schedule": 120.0,
        "options": {"expires": 110},
    },
    "forget-report-links": {
        "task": "responses.tasks.forget_report_links",
        "schedule": crontab(hour=3, minute=45),
        "options": {"expires": 3000},
    },
    "forget-handouts": {
        "task": "responses.tasks.forget_handouts",
        "schedule": crontab(hour=3, minute=35),
        "options": {"expires": 3000},
    },
    "forget-notifications": {
        "task": "evaltrack.tasks.forget_notifications",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 3000},
    },
}
