# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# docker build --build-arg REVISION=$(git rev-parse --short HEAD) -t ipsla-exporter .
# docker run -p 10967:10967 ipsla-exporter
FROM debian:bookworm AS builder
WORKDIR /src
COPY deploy/install-deps.sh deploy/
RUN sh deploy/install-deps.sh
COPY . .
ARG REVISION=unknown
RUN sh deploy/build.sh release -DIPSLA_REVISION="$REVISION" -DCMAKE_INSTALL_PREFIX=/usr \
    && DESTDIR=/image cmake --install build/release --strip

FROM debian:bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ipsla-exporter" \
      org.opencontainers.image.description="Cisco IP SLA sender, responder and Prometheus exporter" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libcrypt1 libevent-core-2.1-7 libgnutls30 libisal2 libmicrohttpd12 libssl3 libyaml-0-2 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /image/usr/bin/ /usr/bin/
COPY --from=builder /image/usr/share/doc/ipsla-exporter/LICENSE /usr/share/doc/ipsla-exporter/
# Measures a responder of its own; mount your configuration over it.
COPY config/quickstart.yml /etc/ipsla/ipsla.yml
USER 65532:65532
# Kept by the docker format of images only: the OCI format has no health check.
HEALTHCHECK CMD ["/usr/bin/ipsla", "health"]
EXPOSE 10967/tcp 1967/udp
ENTRYPOINT ["/usr/bin/ipsla_exporter"]
CMD ["--config.file=/etc/ipsla/ipsla.yml"]
