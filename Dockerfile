FROM python:3.11-slim

# pango lays out the PDF files; it is on no Python package index.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    EVALTRACK_DATA_DIR=/data \
    EVALTRACK_STATIC_ROOT=/app/staticfiles

WORKDIR /app
COPY requirements/production.lock requirements/
RUN python -m pip install --require-hashes -r requirements/production.lock

COPY . .
RUN EVALTRACK_COLLECT=1 EVALTRACK_SECRET_KEY=of-no-use-after-the-build EVALTRACK_DATA_DIR=/tmp/build \
        python manage.py collectstatic --no-input \
    && EVALTRACK_SECRET_KEY=of-no-use-after-the-build EVALTRACK_DATA_DIR=/tmp/build \
        python manage.py compilemessages \
    && rm -r /tmp/build \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin evaltrack \
    && install --directory --owner evaltrack --group nogroup --mode 0750 /data

USER evaltrack
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=8)"]

# The number of worker processes is WEB_CONCURRENCY, which gunicorn reads itself.
CMD ["gunicorn", "evaltrack.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
