# One image for web, workers, beat and migrations; docker-compose.yml says which is which.
FROM python:3.13-slim AS packages
COPY requirements-run.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-run.lock

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=crm.settings \
    STATIC_ROOT=/app/staticfiles \
    MEDIA_ROOT=/media
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin angler \
 && install -d -o angler -g angler /media
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Collecting needs settings, not servers; nothing of these values stays in the image.
RUN SECRET_KEY=only-to-collect-static-files DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    python manage.py collectstatic --noinput --verbosity 0
USER angler
VOLUME /media
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/healthz', timeout=4)"]
CMD ["gunicorn", "crm.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--max-requests", "5000", "--max-requests-jitter", "500", "--preload", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
