# docker build -t fenbo . && docker run -p 8080:8080 -p 1935:1935 -p 8189:8189/udp -p 8189:8189 -v fenbo:/data fenbo

FROM node:22-bookworm-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /fenbo
COPY requirements.txt .ci/requirements-build.txt ./
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt
COPY pyproject.toml README.md ./
COPY config/ config/
COPY commerce/ commerce/
COPY relay/ relay/
COPY signaling/ signaling/
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home fenbo && install -d -o fenbo /data
COPY --from=build /fenbo /fenbo
COPY --from=web /web/dist /fenbo/web/dist
ENV PATH=/fenbo/.venv/bin:$PATH FENBO_DATA_DIR=/data FENBO_LOG__FORMAT=json PYTHONUNBUFFERED=1
USER fenbo
WORKDIR /data
VOLUME /data
# pages, API and LL-HLS; RTMP; RTMPS; WebRTC on UDP and TCP
EXPOSE 8080 1935 1936 8189 8189/udp
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["fenbo"]
CMD ["serve"]
