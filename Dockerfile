# The hub in a container: docker build -t doorcheck .   docker run -p 8000:8000 -v doorcheck:/data doorcheck
# The Python and the Debian that the tests run on.

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /opt/doorcheck
ENV PATH="/opt/doorcheck/bin:$PATH"

# Dependencies first: they change seldom, so that this layer is made seldom.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*p['dependencies'], *p['optional-dependencies']['postgres'], sep='\n')" > requirements.txt \
    && pip install -c constraints.txt -r requirements.txt

COPY README.md ./
COPY app ./app
COPY scanner ./scanner
COPY migrations ./migrations
RUN pip install --no-deps . \
    && pip check


FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="doorcheck" \
      org.opencontainers.image.description="Door check-in for venues that keeps working when the internet does not"

# libzbar0 reads the damaged codes that the other decoder misses. Debian's security updates matter more than a fixed version.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libzbar0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin doorcheck \
    && install -d -o doorcheck -g doorcheck -m 0750 /data

COPY --from=build /opt/doorcheck /opt/doorcheck

ENV PATH="/opt/doorcheck/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DOORCHECK_DATA_DIR=/data

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

ENTRYPOINT ["doorcheck"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
