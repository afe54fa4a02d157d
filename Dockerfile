# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# docker build --build-arg REVISION=$(git rev-parse --short HEAD) -t ipsla-exporter .
# docker run -p 10967:10967 ipsla-exporter
# docker build --target responder -t ipsla-responder .
# docker run --network host ipsla-responder --allow=192.0.2.0/24
FROM debian:bookworm AS builder
WORKDIR /src
COPY deploy/install-deps.sh deploy/
RUN sh deploy/install-deps.sh
COPY . .
ARG REVISION=unknown
RUN sh deploy/build.sh release -DIPSLA_REVISION="$REVISION" -DCMAKE_INSTALL_PREFIX=/usr \
    && DESTDIR=/image cmake --install build/release --strip

# What both programs need to run.
FROM debian:bookworm-slim AS base
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libcrypt1 libevent-core-2.1-7 libgnutls30 libisal2 libmicrohttpd12 libssl3 libyaml-0-2 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /image/usr/share/doc/ipsla-exporter/LICENSE /usr/share/doc/ipsla-exporter/
COPY --from=builder /image/usr/bin/ipsla /usr/bin/
COPY deploy/sbom.sh /usr/share/doc/ipsla-exporter/

FROM base AS responder
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE_DATE_EPOCH=0
LABEL org.opencontainers.image.title="ipsla-responder" \
      org.opencontainers.image.description="Cisco IP SLA, STAMP and TWAMP responder"
COPY --from=builder /image/usr/bin/ipsla_responder /usr/bin/
RUN cd /usr/share/doc/ipsla-exporter && SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" sh sbom.sh --name=ipsla-responder \
        --version="$VERSION" --revision="$REVISION" --file=/usr/bin/ipsla --file=/usr/bin/ipsla_responder >sbom.cdx.json \
    && rm sbom.sh
USER 65532:65532
# Kept by the docker format of images only: the OCI format has no health check.
HEALTHCHECK CMD ["/usr/bin/ipsla", "health", "http://localhost:10968"]
EXPOSE 1967/udp 1167/udp 10968/tcp
ENTRYPOINT ["/usr/bin/ipsla_responder", "--web.listen-address=:10968"]

FROM base AS exporter
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE_DATE_EPOCH=0
LABEL org.opencontainers.image.title="ipsla-exporter" \
      org.opencontainers.image.description="Cisco IP SLA sender, responder and Prometheus exporter"
COPY --from=builder /image/usr/bin/ipsla_exporter /image/usr/bin/ipsla_responder /usr/bin/
RUN cd /usr/share/doc/ipsla-exporter && SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" sh sbom.sh --version="$VERSION" \
        --revision="$REVISION" --file=/usr/bin/ipsla --file=/usr/bin/ipsla_exporter --file=/usr/bin/ipsla_responder \
        >sbom.cdx.json \
    && rm sbom.sh
# Measures a responder of its own; mount your configuration over it.
COPY config/quickstart.yml /etc/ipsla/ipsla.yml
USER 65532:65532
HEALTHCHECK CMD ["/usr/bin/ipsla", "health"]
EXPOSE 10967/tcp 1967/udp
ENTRYPOINT ["/usr/bin/ipsla_exporter"]
CMD ["--config.file=/etc/ipsla/ipsla.yml"]
